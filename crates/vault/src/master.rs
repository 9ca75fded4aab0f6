//! The master key: from a file that only its owner reads, or from the environment.

use crate::{DataKey, Error, Result, Sealed};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Secret;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use zeroize::Zeroizing;

const AAD: &[u8] = b"data key";

/// Seals the data keys of all environments.
pub struct MasterKey(DataKey);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

fn random() -> Result<Zeroizing<[u8; 32]>> {
    use aes_gcm::aead::Generate;
    let key = aes_gcm::Key::<aes_gcm::Aes256Gcm>::try_generate().map_err(|_| Error::Randomness)?;
    let mut bytes = Zeroizing::new([0_u8; 32]);
    bytes.copy_from_slice(&key);
    Ok(bytes)
}

impl MasterKey {
    /// Reads 32 bytes in base 64.
    ///
    /// # Errors
    /// If the text is anything else; the text itself is never repeated.
    pub fn from_text(text: &Secret) -> Result<Self> {
        let bytes = STANDARD
            .decode(text.expose().trim())
            .map(Zeroizing::new)
            .map_err(|_| Error::Key("is not base 64".into()))?;
        let bytes: &[u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| Error::Key(format!("has {} bytes instead of 32", bytes.len())))?;
        Ok(Self(DataKey::from_bytes(bytes)))
    }

    /// Reads the key from `path`, which only its owner may read.
    ///
    /// # Errors
    /// If the file is missing, open to others, or holds no key; each with its cure.
    pub fn from_file(path: &Path) -> Result<Self> {
        let at = path.display();
        let metadata = fs::metadata(path)
            .map_err(|e| Error::Key(format!("file `{at}` cannot be read: {e}")))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = metadata.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(Error::Key(format!(
                    "file `{at}` is open to others (mode {mode:o}); run `chmod 600 {at}`"
                )));
            }
        }
        let text = fs::read_to_string(path)
            .map_err(|e| Error::Key(format!("file `{at}` cannot be read: {e}")))?;
        Self::from_text(&Secret::new(text))
    }

    /// Reads the key from `path`, or makes one there that only its owner may read.
    ///
    /// # Errors
    /// As [`MasterKey::from_file`], or if the file cannot be written.
    pub fn from_file_or_new(path: &Path) -> Result<Self> {
        if path.exists() {
            return Self::from_file(path);
        }
        let bytes = random()?;
        let text = Zeroizing::new(STANDARD.encode(bytes.as_slice()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|e| {
            Error::Key(format!("file `{}` cannot be written: {e}", path.display()))
        })?;
        Ok(Self(DataKey::from_bytes(&bytes)))
    }

    /// Makes a data key; store the sealed form, use the other.
    ///
    /// # Errors
    /// If the machine gives no randomness.
    pub fn new_data_key(&self) -> Result<(Sealed, DataKey)> {
        let bytes = random()?;
        Ok((self.0.seal(bytes.as_slice(), AAD), DataKey::from_bytes(&bytes)))
    }

    /// Opens a stored data key.
    ///
    /// # Errors
    /// If it was sealed under another master key.
    pub fn open_data_key(&self, sealed: &Sealed) -> Result<DataKey> {
        let bytes = Zeroizing::new(self.0.open(sealed, AAD)?);
        let bytes: &[u8; 32] = bytes.as_slice().try_into().map_err(|_| Error::Format)?;
        Ok(DataKey::from_bytes(bytes))
    }
}
