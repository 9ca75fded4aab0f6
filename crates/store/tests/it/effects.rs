//! What people decide about effects and runs.

use crate::given::{ENVIRONMENT, advance, apply, at, done, effect, effect_id, started};
use model::{EffectState, RunState};
use store::effect::wake_key;
use store::run::StepState;
use store::{
    Advanced, Cancel, Error, Page, RaiseGeneration, Resolution, Resolve, SettleEffect, StepRecord,
    testing,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_answer_settles_an_effect_once() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let waiter = started(&store, "evt_2", "ch_2").await;
        let mut begins = advance(&run, RunState::Running);
        begins.effects = vec![effect("ch_1", None, EffectState::Uncertain, Some(run.id))];
        done(&store, &fence, begins).await;
        let key = wake_key(&effect_id("ch_1").key());
        let mut waits = advance(&waiter, RunState::Waiting);
        waits.wait_for = Some(key.clone());
        done(&store, &fence, waits).await;

        let answer = SettleEffect {
            write: effect("ch_1", Some(1), EffectState::Confirmed, None),
            wakes: vec![key],
            who: "ada".into(),
            reason: "seen in ARS040".into(),
            at: at(5),
        };
        let woken = store.settle_effect(answer.clone()).await.unwrap();
        assert_eq!(woken.len(), 1, "{name}");
        assert!(
            store
                .settle_effect(answer.clone())
                .await
                .unwrap()
                .is_empty(),
            "{name}: a repeat"
        );
        let mut other = answer;
        other.write = effect("ch_1", Some(1), EffectState::Void, None);
        other.write.record.rev = 7;
        let conflict = store.settle_effect(other).await;
        assert!(
            matches!(conflict, Err(Error::Conflict(_))),
            "{name}: {conflict:?}"
        );

        // The run that held it is told that its picture is old.
        let mut goes_on = advance(&run, RunState::Running);
        goes_on.rev = 1;
        goes_on.effects = vec![effect("ch_1", Some(1), EffectState::Partial, Some(run.id))];
        let stale = apply(&store, &fence, goes_on).await;
        assert_eq!(stale, Advanced::EffectStale(effect_id("ch_1")), "{name}");
        let trail = store.audit_trail(Page::first(10)).await.unwrap();
        assert_eq!(trail.len(), 1, "{name}");
        assert_eq!(
            (trail[0].who.as_str(), trail[0].action.as_str()),
            ("ada", "effect.settle")
        );
        assert!(store.verify().await.unwrap().is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_person_raises_the_generation() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let mut ends = advance(&run, RunState::Done);
        ends.effects = vec![effect("ch_1", None, EffectState::Confirmed, None)];
        done(&store, &fence, ends).await;
        let id = effect_id("ch_1");
        let raise = RaiseGeneration {
            peer: id.peer.clone(),
            kind: id.kind.clone(),
            reference: id.reference.clone(),
            generation: 0,
            who: "ada".into(),
            reason: "the order was cancelled there".into(),
            at: at(9),
        };
        assert_eq!(
            store.raise_generation(raise.clone()).await.unwrap(),
            1,
            "{name}"
        );
        assert_eq!(
            store.raise_generation(raise).await.unwrap(),
            1,
            "{name}: a repeat"
        );
        let current = store
            .effect(&id.peer, &id.kind, &id.reference)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(current.id.generation, 1, "{name}");
        assert_eq!(
            (current.state, current.rev),
            (EffectState::Void, 0),
            "{name}"
        );
        assert!(
            current.body.0.is_empty(),
            "{name}: nothing was begun under it"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_keeps_effects_and_wakes_who_waited_for_them() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let waiter = started(&store, "evt_2", "ch_2").await;
        let key = effect_id("ch_1").key();
        let mut begins = advance(&run, RunState::Running);
        begins.effects = vec![effect("ch_1", None, EffectState::Partial, Some(run.id))];
        begins.steps = vec![StepRecord {
            scope: 0,
            step: 0,
            index: 0,
            state: StepState::Begun,
            output: None,
            effect: Some(key),
            reused: false,
            started_at: at(1),
            ended_at: None,
        }];
        done(&store, &fence, begins).await;
        let mut waits = advance(&waiter, RunState::Waiting);
        waits.wait_for = Some(wake_key(&key));
        done(&store, &fence, waits).await;
        let cancel = Cancel {
            run: run.id,
            who: "ada".into(),
            reason: "a test".into(),
            at: at(3),
        };
        let woken = store.cancel(cancel.clone()).await.unwrap();
        assert_eq!(woken.len(), 1, "{name}");
        assert!(
            store.cancel(cancel).await.unwrap().is_empty(),
            "{name}: a repeat"
        );
        let id = effect_id("ch_1");
        let kept = store
            .effect(&id.peer, &id.kind, &id.reference)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(kept.state, EffectState::Partial, "{name}");
        let partial = store
            .effects_in(ENVIRONMENT, EffectState::Partial, None, 10)
            .await
            .unwrap();
        assert_eq!(partial, [kept], "{name}");
        let mut late = advance(&run, RunState::Done);
        late.rev = 1;
        assert_eq!(apply(&store, &fence, late).await, Advanced::Stale, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_laid_to_rest_once_and_in_one_way() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let mut dies = advance(&run, RunState::Dead);
        dies.dead_letter = Some(store::DeadLetter {
            fingerprint: "F".into(),
            class: model::FaultClass::Unknown,
            step: "pay".into(),
            message: "no answer".into(),
            amount_minor: None,
            currency: None,
            question: Some("Did it happen?".into()),
            missing_row: None,
        });
        done(&store, &fence, dies).await;
        let decision = Resolve {
            run: run.id,
            resolution: Resolution::Discard,
            who: "ada".into(),
            reason: "booked by hand".into(),
            at: at(9),
        };
        store.resolve(decision.clone()).await.unwrap();
        store.resolve(decision.clone()).await.unwrap();
        let other = Resolve {
            resolution: Resolution::Answered,
            ..decision
        };
        assert!(
            matches!(store.resolve(other).await, Err(Error::Conflict(_))),
            "{name}"
        );
        let letter = store.dead_letter(run.id).await.unwrap();
        assert_eq!(letter.resolution.as_deref(), Some("discard"), "{name}");
        assert_eq!(letter.reason.as_deref(), Some("booked by hand"), "{name}");
        assert_eq!(
            store.audit_trail(Page::first(10)).await.unwrap().len(),
            1,
            "{name}"
        );
    }
}
