//! Drafts of flows, and the versions that they become.
//!
//! A draft is saved as it is, however wrong. A version is what was in order when it was published:
//! it never changes, and the numbers of its steps are part of it.

use crate::Engine;
use crate::change::{ChangeError, check_reason};
use crate::dry::{DryError, Verdict, run_sample};
use crate::load::step_ids;
use crate::plan::{Compiled, Plan, check_sample, compile_against, compile_document};
use model::flow::{limits, parse_sample};
use model::ids::FlowId;
use model::{Problem, Timestamp};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::{FlowVersion, NewVersion, Publish, PutDraft};

/// What a person works on; what the newest version says where nothing is saved.
#[derive(Clone, Debug)]
pub struct Draft {
    pub flow: String,
    /// What a change must name; rises with every one.
    pub revision: i64,
    pub document: String,
    /// The texts of its samples.
    pub samples: Vec<String>,
    /// By whom and when it was saved; nothing if it is the newest version as it stands.
    pub saved: Option<(String, Timestamp)>,
    /// The number of the newest version.
    pub latest: Option<i64>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// What a draft is to be.
#[derive(Clone, Debug)]
pub struct SaveDraft {
    pub document: String,
    /// As they were if absent.
    pub samples: Option<Vec<String>>,
    /// The revision that it was changed from.
    pub revision: i64,
}

/// A draft that was compiled.
struct Checked {
    plan: Option<Plan>,
    problems: Vec<Problem>,
}

impl Engine {
    /// The draft of a flow, checked.
    ///
    /// # Errors
    /// If there is no such flow.
    pub async fn draft(&self, flow: &str) -> Result<Draft, ChangeError> {
        let mut draft = self.unchecked_draft(flow).await?;
        let latest = self.latest(self.flow_id(flow).await?).await?;
        let checked = self.checked(flow, &draft.document, latest.as_ref());
        draft.problems = checked.await?.problems;
        Ok(draft)
    }

    /// The draft of a flow as it is saved, without its problems.
    ///
    /// # Errors
    /// If there is no such flow.
    pub async fn unchecked_draft(&self, flow: &str) -> Result<Draft, ChangeError> {
        let id = self.flow_id(flow).await?;
        let stored = self.shared.store.draft(id).await?;
        let latest = self.latest(id).await?;
        let revision = stored.as_ref().map_or(0, |d| d.revision);
        let (document, samples, saved) = match (stored, &latest) {
            (Some(draft), _) if draft.document.is_some() => (
                draft.document.unwrap_or_default(),
                texts(&draft.samples),
                Some((draft.who, draft.changed_at)),
            ),
            (_, Some(latest)) => (latest.document.clone(), texts(&latest.samples), None),
            _ => return Err(ChangeError::not_found("draft of the flow", flow)),
        };
        Ok(Draft {
            flow: flow.to_owned(),
            revision,
            document,
            samples,
            saved,
            latest: latest.map(|v| v.number),
            problems: Vec::new(),
        })
    }

    /// Begins a flow that is not there yet, with a document that says its id.
    ///
    /// # Errors
    /// If the document says no id, or the flow is there already.
    pub async fn new_draft(
        &self,
        document: String,
        samples: Vec<String>,
        who: &str,
    ) -> Result<Draft, ChangeError> {
        let Some(flow) = model::flow::parse(&document).0.map(|flow| flow.id) else {
            let (message, cure) = ("the document says no id", "begin it with `flow: <id>`");
            let problem = Problem::error("flow", "no_id", message, cure);
            let detail = "the document begins no flow";
            return Err(ChangeError::problems(detail, vec![problem]));
        };
        if let Ok(known) = self.flow_id(&flow).await {
            let saved = self.shared.store.draft(known).await?;
            if saved.is_some_and(|d| d.document.is_some()) || self.latest(known).await?.is_some() {
                let message = format!("there is a flow `{flow}` already: change its draft");
                return Err(ChangeError::Refused(message));
            }
        }
        let revision = match self.flow_id(&flow).await {
            Ok(id) => self.shared.store.draft(id).await?.map_or(0, |d| d.revision),
            Err(_) => 0,
        };
        let save = SaveDraft {
            document,
            samples: Some(samples),
            revision,
        };
        self.put_draft(&flow, save, who).await
    }

    /// Saves the draft of a flow that is there.
    ///
    /// # Errors
    /// If someone else saved it meanwhile, or it is too large.
    pub async fn save_draft(
        &self,
        flow: &str,
        save: SaveDraft,
        who: &str,
    ) -> Result<Draft, ChangeError> {
        self.flow_id(flow).await?;
        self.put_draft(flow, save, who).await
    }

    async fn put_draft(
        &self,
        flow: &str,
        save: SaveDraft,
        who: &str,
    ) -> Result<Draft, ChangeError> {
        check_size(&save)?;
        let samples = match &save.samples {
            Some(samples) => samples.clone(),
            None => match self.unchecked_draft(flow).await {
                Ok(draft) => draft.samples,
                Err(_) => Vec::new(),
            },
        };
        let put = PutDraft {
            flow: flow.to_owned(),
            document: Some(save.document),
            samples: json!(samples).to_string(),
            expected: save.revision,
            who: who.to_owned(),
            at: self.shared.clock.now(),
        };
        self.shared.store.put_draft(put).await?;
        self.draft(flow).await
    }

    /// Throws away what is saved of a flow.
    ///
    /// # Errors
    /// If someone else saved it meanwhile, or nothing is saved.
    pub async fn discard_draft(
        &self,
        flow: &str,
        revision: i64,
        who: &str,
    ) -> Result<(), ChangeError> {
        let id = self.flow_id(flow).await?;
        let saved = self.shared.store.draft(id).await?;
        if saved.is_none_or(|d| d.document.is_none()) {
            return Err(ChangeError::not_found("draft of the flow", flow));
        }
        let put = PutDraft {
            flow: flow.to_owned(),
            document: None,
            samples: "[]".into(),
            expected: revision,
            who: who.to_owned(),
            at: self.shared.clock.now(),
        };
        self.shared.store.put_draft(put).await?;
        Ok(())
    }

    /// Makes the draft a version. Its check may have no error, and its samples must come to what
    /// they expect.
    ///
    /// # Errors
    /// All that stands against it; or someone else saved the draft meanwhile.
    pub async fn publish(
        &self,
        flow: &str,
        revision: i64,
        who: &str,
        reason: &str,
    ) -> Result<FlowVersion, ChangeError> {
        check_reason(reason)?;
        let id = self.flow_id(flow).await?;
        let stored = self.shared.store.draft(id).await?;
        let Some((draft, document)) = stored.and_then(|d| Some((d.clone(), d.document?))) else {
            return Err(ChangeError::not_found("draft of the flow", flow));
        };
        if draft.revision != revision {
            return Err(ChangeError::Store(store::Error::Changed {
                what: format!("the draft of `{flow}`"),
                who: draft.who,
                at: draft.changed_at,
            }));
        }
        let latest = self.latest(id).await?;
        let Checked { plan, mut problems } = self.checked(flow, &document, latest.as_ref()).await?;
        let samples = texts(&draft.samples);
        if let Some(plan) = &plan {
            problems.extend(self.try_samples(plan, &samples).await?);
        }
        let Some(plan) = plan.filter(|_| !problems.iter().any(Problem::is_error)) else {
            let detail = format!("the draft of `{flow}` cannot be published");
            return Err(ChangeError::problems(detail, problems));
        };
        let version = NewVersion {
            flow: flow.to_owned(),
            digest: digest(&document, &samples),
            document,
            samples: draft.samples,
            steps: Some(step_ids(&plan)),
            who: who.to_owned(),
            reason: reason.to_owned(),
            at: self.shared.clock.now(),
        };
        let publish = Publish {
            version,
            draft: revision,
        };
        Ok(self.shared.store.publish(publish).await?)
    }

    /// A version of a flow by its number.
    ///
    /// # Errors
    /// If there is no such flow or version.
    pub async fn version(&self, flow: &str, number: i64) -> Result<FlowVersion, ChangeError> {
        let id = self.flow_id(flow).await?;
        let found = self.shared.store.flow_version_by_number(id, number).await;
        found.map_err(|error| match error {
            store::Error::NotFound { .. } => {
                ChangeError::not_found("version of the flow", format!("{flow} {number}"))
            }
            other => other.into(),
        })
    }

    /// The number of the version that holds just this document and these samples.
    pub(crate) async fn version_of(
        &self,
        flow: &str,
        document: &str,
        samples: &[String],
    ) -> Result<Option<i64>, ChangeError> {
        const PAGE: i64 = 500;
        let id = self.flow_id(flow).await?;
        let wanted = digest(document, samples);
        let mut below = i64::MAX;
        loop {
            let heads = self.shared.store.version_heads(id, below, PAGE).await?;
            if let Some(found) = heads.iter().find(|head| head.digest == wanted) {
                return Ok(Some(found.number));
            }
            match heads.last() {
                Some(last) => below = last.number,
                None => return Ok(None),
            }
        }
    }

    /// The id under which the store knows a flow.
    ///
    /// # Errors
    /// If there is no such flow.
    pub async fn flow_id(&self, flow: &str) -> Result<FlowId, ChangeError> {
        let flows = self.shared.store.flows().await?;
        let found = flows.into_iter().find(|f| f.name == flow);
        Ok(found
            .ok_or_else(|| ChangeError::not_found("flow", flow))?
            .id)
    }

    async fn latest(&self, flow: FlowId) -> Result<Option<FlowVersion>, ChangeError> {
        let heads = self.shared.store.version_heads(flow, i64::MAX, 1).await?;
        Ok(match heads.first() {
            Some(head) => Some(self.shared.store.flow_version(head.id).await?),
            None => None,
        })
    }

    /// Compiles a document, off the threads that answer, and holds it against the version before.
    async fn checked(
        &self,
        flow: &str,
        document: &str,
        latest: Option<&FlowVersion>,
    ) -> Result<Checked, ChangeError> {
        let registry = self.shared.registry;
        let catalog = self.shared.catalog();
        let loaded = latest.and_then(|l| catalog.deployments().find(|d| d.version == l.id));
        let loaded: Option<Arc<Plan>> = loaded.map(|d| Arc::clone(&d.plan));
        let (text, before) = (document.to_owned(), latest.map(|l| l.document.clone()));
        let work = move || {
            let before = match (loaded, before) {
                (Some(plan), _) => Some(plan),
                (None, Some(text)) => crate::compile(&text, registry).0.map(Arc::new),
                (None, None) => None,
            };
            match before {
                Some(before) => {
                    let (plan, problems, _) = compile_against(&before, &text, registry);
                    let flow = model::flow::parse(&text).0;
                    (flow.map(|f| f.id), plan, problems)
                }
                None => {
                    let Compiled {
                        flow,
                        plan,
                        problems,
                        ..
                    } = compile_document(&text, registry);
                    (flow.map(|f| f.id), plan, problems)
                }
            }
        };
        let compiled = tokio::task::spawn_blocking(work).await;
        let (id, plan, mut problems) =
            compiled.map_err(|e| ChangeError::Refused(format!("the check ended badly: {e}")))?;
        if let Some(id) = id.filter(|id| id != flow) {
            let message = format!("the document is of the flow `{id}`, the draft of `{flow}`");
            let cure = "a flow keeps its id for ever: change its title, or begin another flow";
            problems.push(Problem::error("flow", "other_flow", message, cure));
        }
        Ok(Checked { plan, problems })
    }

    /// What is otherwise than a flow's samples expect.
    async fn try_samples(
        &self,
        plan: &Plan,
        samples: &[String],
    ) -> Result<Vec<Problem>, ChangeError> {
        let mut problems = Vec::new();
        for (n, text) in samples.iter().enumerate() {
            let (sample, mut found) = parse_sample(text);
            let path = match &sample {
                Some(sample) if !sample.id.is_empty() => format!("samples.{}", sample.id),
                _ => format!("samples[{n}]"),
            };
            if let Some(sample) = &sample {
                found.extend(check_sample(&plan.flow, sample, self.shared.registry));
            }
            let is_wrong = found.iter().any(Problem::is_error);
            for problem in &mut found {
                problem.path = format!("{path}: {}", problem.path);
            }
            problems.append(&mut found);
            let Some(sample) = sample.filter(|_| !is_wrong) else {
                continue;
            };
            match run_sample(plan, &sample).await {
                Ok(Verdict { passed: true, .. }) => {}
                Ok(verdict) => {
                    let message = verdict.differences.join("; ");
                    let cure = "cure the flow, or say in the sample what is to come of it";
                    problems.push(Problem::error(path, "sample_fails", message, cure));
                }
                Err(DryError::Problems(found)) => problems.extend(found),
                Err(DryError::Store(error)) => return Err(error.into()),
            }
        }
        Ok(problems)
    }
}

/// The texts of a stored list.
pub(crate) fn texts(stored: &str) -> Vec<String> {
    serde_json::from_str(stored).unwrap_or_default()
}

/// Of the document alone where it has no samples, as versions of older releases have it.
fn digest(document: &str, samples: &[String]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(document.as_bytes());
    for sample in samples {
        hash.update(
            u64::try_from(sample.len())
                .unwrap_or(u64::MAX)
                .to_be_bytes(),
        );
        hash.update(sample.as_bytes());
    }
    hash.finalize().into()
}

fn check_size(save: &SaveDraft) -> Result<(), ChangeError> {
    let samples = save.samples.as_deref().unwrap_or_default();
    let too_large = |path: &str, message: String| {
        let problem = Problem::error(path, "too_large", message, "leave something out");
        let detail = "the draft is too large to be saved";
        Err(ChangeError::problems(detail, vec![problem]))
    };
    if save.document.len() > limits::DOCUMENT_BYTES {
        let message = format!("it is longer than {} bytes", limits::DOCUMENT_BYTES);
        return too_large("document", message);
    }
    if samples.len() > limits::SAMPLES {
        return too_large(
            "samples",
            format!("there are more than {}", limits::SAMPLES),
        );
    }
    if samples.iter().map(String::len).sum::<usize>() > SAMPLES_BYTES {
        let message = format!("together they are longer than {SAMPLES_BYTES} bytes");
        return too_large("samples", message);
    }
    Ok(())
}

/// What all samples of a draft may take.
const SAMPLES_BYTES: usize = 4 << 20;
