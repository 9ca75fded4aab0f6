//! Which known name was meant.

/// So many names are listed where none is much like the one given.
const LISTED: usize = 8;

/// What to do about an unknown name: the known one that was probably meant, or those there are.
pub(super) fn nearest(name: &str, known: &[&str]) -> String {
    if let Some(near) = model::likeness::nearest(name, known) {
        return format!("did you mean `{near}`?");
    }
    if known.is_empty() {
        return "there is none".to_owned();
    }
    let mut listed: Vec<&str> = known.to_vec();
    // Those of the same kind are the most use: `stripe.charge.…` for `stripe.charge.x`.
    let family = name.rsplit_once('.').map_or("", |(family, _)| family);
    let kin = known
        .iter()
        .filter(|k| !family.is_empty() && k.starts_with(family));
    let kin: Vec<&str> = kin.copied().collect();
    if !kin.is_empty() {
        listed = kin;
    }
    let more = if listed.len() > LISTED { ", …" } else { "" };
    listed.truncate(LISTED);
    format!("there are: {}{more}", listed.join(", "))
}
