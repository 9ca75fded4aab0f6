//! Whether a connection works, and whether what it relies on in M3 is as the settings say.

use crate::m3::export::{BATCH_ORDER, JOURNAL_HEAD, JOURNAL_LINE, ORDER};
use crate::m3::reply::text;
use crate::m3::request::{MiRequest, MiTransaction};
use crate::session::InforSession;
use finance::posting::PostingRules;
use model::{Fault, FaultClass};

/// Signs in, reads who we are, the payment type's account, and probes EXPORTMI if it is to be used.
///
/// # Errors
/// Those of the connection; `Rejected` if something is bound to the wrong thing, or to another
/// account than that of the books.
pub async fn check(session: &InforSession) -> Result<String, Fault> {
    let settings = session.m3();
    let user = session
        .get("GENERAL", MiTransaction::new("GetUserInfo", []))
        .await?;
    let user = user.outcome(0)?.clone();
    let (ours, books) = (&settings.deposits_account, PostingRules::default().deposits);
    if *ours != books {
        let message = format!(
            "`deposits_account` is {ours}, but the books keep deposits on account {books}: payments \
             would never relieve them"
        );
        return Err(Fault::rejected(message).with_field("deposits_account"));
    }
    let account = payment_account(session).await?;
    if account
        .as_ref()
        .is_some_and(|a| *a != settings.deposits_account)
    {
        let (payment, bound) = (&settings.payment_type, account.unwrap_or_default());
        let message = format!(
            "payment type {payment} debits account {bound}, payments must come out of the deposits \
             account {}",
            settings.deposits_account
        );
        return Err(Fault::rejected(message).with_field("PYTP"));
    }
    if settings.exportmi {
        for query in [JOURNAL_HEAD, JOURNAL_LINE, BATCH_ORDER, ORDER] {
            session
                .read(query.request(settings, "STPROBE"))
                .await
                .map_err(|mut fault| {
                    fault.message = format!(
                        "EXPORTMI cannot read {}, so set `exportmi` to false: {}",
                        query.table, fault.message
                    );
                    fault
                })?;
        }
    }
    let (id, name) = (user.field("ZZUSID"), user.field("USFN"));
    let told = match account {
        Some(account) => format!("payments out of account {account}"),
        None => "M3 does not say which account the payment type debits".to_owned(),
    };
    Ok(format!(
        "{id} ({name}), company {}, division {}; {told}",
        settings.company, settings.division
    ))
}

/// The account that the payment type debits, where M3 says it. That it stands in AIT1 of CRS078MI
/// is the sandbox's guess: how a real tenant lets a program read it is unverified.
async fn payment_account(session: &InforSession) -> Result<Option<String>, Fault> {
    let settings = session.m3();
    let read = MiTransaction::by("GetBasicData", "PYTP", &settings.payment_type);
    match session.read(MiRequest::one("CRS078MI", read)).await {
        Ok(reply) => {
            let row = reply.outcome(0)?.records.first();
            let account = row.map(|row| text(row, "AIT1").to_owned());
            Ok(account.filter(|a| !a.is_empty()))
        }
        Err(fault) if fault.class == FaultClass::Rejected && fault.field.is_none() => Ok(None),
        Err(mut fault) => {
            fault.message = format!("payment type {}: {}", settings.payment_type, fault.message);
            Err(fault)
        }
    }
}
