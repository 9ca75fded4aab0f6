//! The store in a PostgreSQL database.

use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::inlet::{Answer, Inlet, Job};
use crate::settings::Limits;
use async_trait::async_trait;
use model::Secret;

pub struct Postgres {
    inlet: Inlet,
}

impl Postgres {
    pub async fn open(_url: &Secret, limits: Limits) -> Result<Self> {
        let _ = Self {
            inlet: Inlet::new(limits),
        };
        Err(Error::Open("soon".into()))
    }
}

#[async_trait]
impl Backend for Postgres {
    fn inlet(&self) -> &Inlet {
        &self.inlet
    }
    async fn read(&self, _job: Job) -> Result<Answer> {
        Err(Error::Open("soon".into()))
    }
    async fn size(&self) -> Result<i64> {
        Ok(0)
    }
    async fn check(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
    async fn close(&self) {}
}
