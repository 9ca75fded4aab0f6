//! Reads the text form of protocol buffers, as far as the conformance tests of CEL use it.
//!
//! <https://protobuf.dev/reference/protobuf/textformat-spec/>

/// A message: its fields in the order in which they stand, repeated ones several times.
#[derive(Clone, Debug, Default)]
pub struct Message(pub Vec<(String, Field)>);

#[derive(Clone, Debug)]
pub enum Field {
    /// A quoted text, its escapes resolved to bytes.
    Text(Vec<u8>),
    /// A number, a truth value or the name of an enum's value.
    Word(String),
    Message(Message),
}

impl Message {
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, field)| field)
    }

    pub fn field(&self, name: &str) -> Option<&Field> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, field)| field)
    }

    pub fn message(&self, name: &str) -> Option<&Message> {
        match self.field(name)? {
            Field::Message(message) => Some(message),
            _ => None,
        }
    }

    pub fn text(&self, name: &str) -> Option<String> {
        match self.field(name)? {
            Field::Text(bytes) => String::from_utf8(bytes.clone()).ok(),
            _ => None,
        }
    }
}

/// Reads a file; an error says at which byte.
pub fn parse(source: &str) -> Result<Message, String> {
    let mut reader = Reader {
        bytes: source.as_bytes(),
        at: 0,
    };
    reader.fields(None)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at)? {
                b'#' => {
                    let rest = &self.bytes[self.at..];
                    self.at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                }
                b if b.is_ascii_whitespace() || matches!(b, b',' | b';') => self.at += 1,
                b => return Some(*b),
            }
        }
    }

    fn wrong<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("{what} at byte {}", self.at))
    }

    fn fields(&mut self, end: Option<u8>) -> Result<Message, String> {
        let mut fields = Vec::new();
        loop {
            match self.peek() {
                None if end.is_none() => return Ok(Message(fields)),
                None => return self.wrong("a message that does not end"),
                found if found == end => {
                    self.at += 1;
                    return Ok(Message(fields));
                }
                Some(_) => {}
            }
            let name = self.name()?;
            if self.peek() == Some(b':') {
                self.at += 1;
            }
            if self.peek() == Some(b'[') {
                self.at += 1;
                while self.peek() != Some(b']') {
                    let value = self.value()?;
                    fields.push((name.clone(), value));
                }
                self.at += 1;
            } else {
                let value = self.value()?;
                fields.push((name, value));
            }
        }
    }

    fn name(&mut self) -> Result<String, String> {
        if self.peek() == Some(b'[') {
            let rest = &self.bytes[self.at..];
            let Some(end) = rest.iter().position(|b| *b == b']') else {
                return self.wrong("a name that does not end");
            };
            self.at += end + 1;
            return Ok(String::from_utf8_lossy(&rest[1..end]).into_owned());
        }
        match self.word() {
            word if word.is_empty() => self.wrong("no name"),
            word => Ok(word),
        }
    }

    fn word(&mut self) -> String {
        let rest = &self.bytes[self.at..];
        let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'+');
        let end = rest.iter().position(|b| !plain(b)).unwrap_or(rest.len());
        self.at += end;
        String::from_utf8_lossy(&rest[..end]).into_owned()
    }

    fn value(&mut self) -> Result<Field, String> {
        match self.peek() {
            Some(open @ (b'{' | b'<')) => {
                self.at += 1;
                let end = if open == b'{' { b'}' } else { b'>' };
                self.fields(Some(end)).map(Field::Message)
            }
            Some(b'"' | b'\'') => {
                let mut text = Vec::new();
                // Texts beside each other are one.
                while let Some(quote @ (b'"' | b'\'')) = self.peek() {
                    self.at += 1;
                    self.quoted(quote, &mut text)?;
                }
                Ok(Field::Text(text))
            }
            _ => match self.word() {
                word if word.is_empty() => self.wrong("no value"),
                word => Ok(Field::Word(word)),
            },
        }
    }

    fn quoted(&mut self, quote: u8, text: &mut Vec<u8>) -> Result<(), String> {
        loop {
            let Some(byte) = self.bytes.get(self.at).copied() else {
                return self.wrong("a text that does not end");
            };
            self.at += 1;
            match byte {
                b if b == quote => return Ok(()),
                b'\\' => self.escape(text)?,
                b => text.push(b),
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), String> {
        let Some(byte) = self.bytes.get(self.at).copied() else {
            return self.wrong("an escape that does not end");
        };
        self.at += 1;
        let simple = match byte {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'x' | b'X' => return self.digits(16, 2, text),
            b'u' => return self.digits(16, 4, text),
            b'U' => return self.digits(16, 8, text),
            b'0'..=b'7' => {
                self.at -= 1;
                return self.digits(8, 3, text);
            }
            other => other,
        };
        text.push(simple);
        Ok(())
    }

    fn digits(&mut self, base: u32, most: usize, text: &mut Vec<u8>) -> Result<(), String> {
        let rest = &self.bytes[self.at..];
        let digit = |b: &u8| char::from(*b).is_digit(base);
        let count = rest.iter().take(most).take_while(|b| digit(b)).count();
        let number = std::str::from_utf8(&rest[..count]).unwrap_or_default();
        let number = u32::from_str_radix(number, base).unwrap_or_default();
        self.at += count;
        match (most > 3, u8::try_from(number)) {
            (false, Ok(byte)) => text.push(byte),
            _ => {
                let Some(character) = char::from_u32(number) else {
                    return self.wrong("no character");
                };
                text.extend(character.to_string().into_bytes());
            }
        }
        Ok(())
    }
}
