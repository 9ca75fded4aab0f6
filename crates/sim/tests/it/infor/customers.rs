//! Customers, their addresses and free fields, and the code tables.

use super::Rig;

#[tokio::test]
async fn a_customer_comes_from_a_template_and_a_series() {
    let rig = Rig::start().await;
    let add = [
        ("CUTM", "TPL001"),
        ("CUNM", "Grace Example"),
        ("CUA1", "2 Example Street"),
        ("CSCD", "DE"),
        ("MAIL", "grace@example.com"),
        ("ALCU", "STREF00001"),
    ];
    let cuno = rig.call("CRS610MI/Add", &add).await.get("CUNO");
    let basic = rig.call("CRS610MI/GetBasicData", &[("CUNO", &cuno)]).await;
    assert_eq!(basic.get("STAT"), "20");
    assert_eq!(basic.get("MAIL"), "grace@example.com");
    assert_eq!(rig.count("customer", "STREF00001"), 1);
    rig.call("CRS610MI/Add", &add).await.rows();
    assert_eq!(rig.count("customer", "STREF00001"), 2);

    let change = [
        ("CUNO", cuno.as_str()),
        ("CUCD", "EUR"),
        ("VRNO", "DE123"),
        ("PYCD", "BT"),
    ];
    rig.call("CRS610MI/ChgFinancial", &change)
        .await
        .rows_or_none();
    let financial = rig.call("CRS610MI/GetFinancial", &[("CUNO", &cuno)]).await;
    assert_eq!(
        (financial.get("CUCD"), financial.get("VRNO")),
        ("EUR".into(), "DE123".into())
    );
    let change = [("CUNO", cuno.as_str()), ("TEPY", "30"), ("OREF", "x")];
    rig.call("CRS610MI/ChgOrderInfo", &change)
        .await
        .rows_or_none();
    assert_eq!(
        rig.call("CRS610MI/GetOrderInfo", &[("CUNO", &cuno)])
            .await
            .get("TEPY"),
        "30"
    );

    for (fields, field) in [
        (vec![("CUNO", "Y30000")], "CUNO"),
        (vec![("CSCD", "XX")], "CSCD"),
        (vec![("CUTM", "TPL999")], "CUTM"),
    ] {
        let mut all = add.to_vec();
        all.retain(|(name, _)| fields.iter().all(|(f, _)| f != name));
        all.extend(fields);
        assert_eq!(rig.call("CRS610MI/Add", &all).await.nok().1, field);
    }
    for (call, field) in [("ChgFinancial", "CUCD"), ("ChgOrderInfo", "TEPY")] {
        let change = [("CUNO", cuno.as_str()), (field, "XX")];
        assert_eq!(
            rig.call(&format!("CRS610MI/{call}"), &change).await.nok().1,
            field
        );
    }
    let nobody = [("CUNO", "NOBODY"), ("CUNM", "x")];
    assert_eq!(
        rig.call("CRS610MI/ChgBasicData", &nobody).await.nok().0,
        "XIM0002"
    );
}

#[tokio::test]
async fn changed_since_is_a_filter() {
    let rig = Rig::start().await;
    let rows = rig.call("CRS610MI/LstByNumber", &[]).await.rows();
    let mark = rows
        .iter()
        .map(|r| r["LMTS"].parse::<i64>().unwrap())
        .max()
        .unwrap();
    rig.sim.advance(60);
    let change = [("CUNO", "Y30000"), ("CUA1", "9 Elsewhere")];
    rig.call("CRS610MI/ChgBasicData", &change)
        .await
        .rows_or_none();
    let rows = rig
        .call("CRS610MI/LstByNumber", &[("LMTS", &mark.to_string())])
        .await
        .rows();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0]["CUNO"].as_str(), rows[0]["CHNO"].as_str()),
        ("Y30000", "2")
    );
    let rows = rig
        .call("CRS610MI/LstByName", &[("CUNM", "Over")])
        .await
        .rows();
    assert_eq!(rows[0]["CUNO"], "Y30002");
    assert_eq!(rig.call("CRS610MI/LstTemplates", &[]).await.rows().len(), 2);
}

#[tokio::test]
async fn addresses_and_deletion() {
    let rig = Rig::start().await;
    let address = [
        ("CUNO", "Y30000"),
        ("ADRT", "1"),
        ("ADID", "HOME"),
        ("CUA1", "3 Example Street"),
        ("PONO", "10115"),
        ("CSCD", "DE"),
        ("TOWN", "Berlin"),
    ];
    assert_eq!(
        rig.call("CRS610MI/AddAddress", &address).await.get("ADID"),
        "HOME"
    );
    assert_eq!(
        rig.call("CRS610MI/AddAddress", &address).await.nok().0,
        "SIM0002"
    );
    let got = rig.call("CRS610MI/GetAddress", &address[..3]).await;
    assert_eq!(got.get("TOWN"), "Berlin");
    rig.order("Y30000", "R1", "EUR", &[("MUG", "1", "12")])
        .await;
    assert_eq!(
        rig.call("CRS610MI/Delete", &[("CUNO", "Y30000")])
            .await
            .nok()
            .1,
        "CUNO"
    );
    rig.call("CRS610MI/Delete", &[("CUNO", "Y30004")])
        .await
        .rows_or_none();
    assert!(!rig.sim.customers().contains_key("Y30004"));
}

#[tokio::test]
async fn free_fields_and_their_case() {
    let rig = Rig::start().await;
    let key = [("FILE", "OCUSMA"), ("PK01", "Y30000")];
    let add = [key[0], key[1], ("A030", "cus_AbCdEf")];
    rig.call("CUSEXTMI/AddFieldValue", &add)
        .await
        .rows_or_none();
    assert_eq!(
        rig.call("CUSEXTMI/AddFieldValue", &add).await.nok().0,
        "SIM0002"
    );
    assert_eq!(
        rig.call("CUSEXTMI/GetFieldValue", &key).await.get("A030"),
        "cus_AbCdEf"
    );
    rig.sim.set(|s| s.upper_case = ["A030".to_owned()].into());
    rig.call("CUSEXTMI/ChgFieldValue", &add)
        .await
        .rows_or_none();
    let rows = rig.call("CUSEXTMI/LstFieldValue", &key[..1]).await.rows();
    assert_eq!((rows.len(), rows[0]["A030"].as_str()), (1, "CUS_ABCDEF"));
    rig.call("CUSEXTMI/DelFieldValue", &key)
        .await
        .rows_or_none();
    assert_eq!(
        rig.call("CUSEXTMI/GetFieldValue", &key).await.nok().1,
        "PK01"
    );
    let nobody = [("FILE", "OCUSMA"), ("PK01", "NOBODY"), ("A030", "x")];
    assert_eq!(
        rig.call("CUSEXTMI/AddFieldValue", &nobody).await.nok().1,
        "PK01"
    );
}

#[tokio::test]
async fn code_tables_and_items() {
    let rig = Rig::start().await;
    for (currency, decimals) in [("USD", "2"), ("JPY", "0"), ("KWD", "3")] {
        let row = rig
            .call("CRS055MI/GetBasicData", &[("CUCD", currency)])
            .await;
        assert_eq!(row.get("DCCD"), decimals);
    }
    let row = rig.call("CRS045MI/GetBasicData", &[("CSCD", "DE")]).await;
    assert_eq!(row.get("CUCD"), "EUR");
    assert!(
        rig.call("CRS045MI/LstByCode", &[("CSCD", "GB")])
            .await
            .rows()
            .len()
            < 14
    );
    let row = rig.call("CRS078MI/GetBasicData", &[("PYTP", "ST")]).await;
    assert_eq!(row.get("AIT1"), "2300");
    let code = [("STCO", "PYTP"), ("STKY", "BK")];
    let row = rig.call("CRS175MI/GetGeneralCode", &code).await;
    assert_eq!(row.get("PARM").trim(), "1000");
    assert_eq!(
        rig.call("CRS175MI/LstGeneralCode", &[("STCO", "TEPY")])
            .await
            .rows()
            .len(),
        4
    );
    let item = [("ITNO", "MUG")];
    assert_eq!(rig.call("MMS200MI/Get", &item).await.get("ITDS"), "Mug");
    assert_eq!(
        rig.call("MMS200MI/GetItmBasic", &item).await.get("STAT"),
        "20"
    );
    assert_eq!(
        rig.call("MMS200MI/GetItmPrice", &item).await.get("SAPR"),
        "12"
    );
    assert_eq!(
        rig.call("MMS200MI/LstItmByItm", &item).await.rows()[0]["ITNO"],
        "MUG"
    );
    let ident = [("DIVI", "AAA"), ("BSID", "STRIPE-EUR")];
    assert_eq!(
        rig.call("ABS100MI/GetBankIdent", &ident).await.get("BSJD"),
        "1"
    );
}

#[tokio::test]
async fn two_customers_for_one_id_are_counted() {
    let rig = Rig::start().await;
    for cuno in ["Y30000", "Y30004"] {
        let add = [("FILE", "OCUSMA"), ("PK01", cuno), ("A030", "cus_1")];
        rig.call("CUSEXTMI/AddFieldValue", &add)
            .await
            .rows_or_none();
    }
    assert_eq!(rig.count("external", "cus_1"), 2);
}
