//! The master key: from a file that only its owner reads, or from the environment.

use crate::key::random;
use crate::{DataKey, Error, KeyId, Result, Sealed};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Secret;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

const AAD: &[u8] = b"data key";
/// 32 bytes in base 64 and a line's end; a file beyond it is something else.
const MOST_FILE_BYTES: u64 = 1024;

/// Seals the data keys of all environments.
pub struct MasterKey(DataKey);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({}…)", self.id())
    }
}

impl MasterKey {
    /// Reads 32 bytes in base 64, as an environment variable holds them.
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
        let mut file = File::open(path).map_err(|e| cannot("read", path, &e))?;
        let mode = mode(&file).map_err(|e| cannot("read", path, &e))?;
        if mode & 0o077 != 0 {
            return Err(Error::Key(format!(
                "file `{at}` is open to others (mode {mode:o}); run `chmod 600 {at}`"
            )));
        }
        let text = read(&mut file).map_err(|e| cannot("read", path, &e))?;
        Self::from_text(&text).map_err(|error| match error {
            Error::Key(reason) => Error::Key(format!("file `{at}`: the key {reason}")),
            other => other,
        })
    }

    /// Reads the key from `path`, or makes one there that only its owner may read. The file appears
    /// whole or not at all, and never in place of another.
    ///
    /// # Errors
    /// As [`MasterKey::from_file`], or if the file cannot be written.
    pub fn from_file_or_new(path: &Path) -> Result<Self> {
        match fs::symlink_metadata(path) {
            Ok(_) => return Self::from_file(path),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(cannot("read", path, &error)),
        }
        let bytes = random()?;
        let text = Zeroizing::new(STANDARD.encode(bytes.as_slice()));
        match write_new(path, &text, KeyId::of(&bytes)) {
            // Another process may have been first: its key counts.
            Ok(()) => Self::from_file(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::from_file(path),
            Err(error) => Err(cannot("write", path, &error)),
        }
    }

    /// Names the key without giving it away.
    pub fn id(&self) -> KeyId {
        self.0.id()
    }

    /// Makes a data key; store the sealed form, use the other.
    ///
    /// # Errors
    /// If the machine gives no randomness.
    pub fn new_data_key(&self) -> Result<(Sealed, DataKey)> {
        let bytes = random()?;
        Ok((self.seal_data_key(&bytes), DataKey::from_bytes(&bytes)))
    }

    /// Opens a stored data key.
    ///
    /// # Errors
    /// If it was sealed under another master key, or changed.
    pub fn open_data_key(&self, sealed: &Sealed) -> Result<DataKey> {
        Ok(DataKey::from_bytes(&*self.data_key_bytes(sealed)?))
    }

    pub(crate) fn seal_data_key(&self, bytes: &[u8; 32]) -> Sealed {
        self.0.seal(bytes, AAD)
    }

    pub(crate) fn data_key_bytes(&self, sealed: &Sealed) -> Result<Zeroizing<[u8; 32]>> {
        let plain = Zeroizing::new(self.0.open(sealed, AAD)?);
        let mut bytes = Zeroizing::new([0_u8; 32]);
        if plain.len() != bytes.len() {
            return Err(Error::Format);
        }
        bytes.copy_from_slice(&plain);
        Ok(bytes)
    }
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Error {
    let past = if what == "read" { "read" } else { "written" };
    Error::Key(format!(
        "file `{}` cannot be {past}: {error}",
        path.display()
    ))
}

#[cfg(unix)]
fn mode(file: &File) -> io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o777)
}

/// Elsewhere the file's access list is the administrator's.
#[cfg(not(unix))]
fn mode(_: &File) -> io::Result<u32> {
    Ok(0o600)
}

fn read(file: &mut File) -> io::Result<Secret> {
    let mut text = String::new();
    let read = file.take(MOST_FILE_BYTES).read_to_string(&mut text);
    let text = Secret::new(text);
    read.map(|_| text)
}

/// Writes a file beside `path` and gives it its name once it is on disk; fails if the name is taken.
/// The draft's own name ends in `suffix`, so that two who do this at once do not meet.
fn write_new(path: &Path, text: &str, suffix: KeyId) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{suffix}.new"));
    let draft = Path::new(&draft);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let linked = options.open(draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::hard_link(draft, path)
    });
    let removed = fs::remove_file(draft);
    linked.and(removed)?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    sync_folder(folder.unwrap_or(Path::new(".")))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
