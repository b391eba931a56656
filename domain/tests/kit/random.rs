//! Runs of anything, in any order.

use proptest::{
    strategy::Strategy,
    test_runner::{Config, TestRunner},
};

/// Plays so many draws, one after the other; of one that fails the shortest that still fails is shown.
pub fn for_any<S: Strategy, F>(cases: u32, draws: &S, play: impl Fn(S::Value) -> F)
where
    F: Future<Output = ()>,
{
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config {
        cases,
        max_shrink_iters: 400,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(draws, |draw| {
        runtime.block_on(play(draw));
        Ok(())
    });
    outcome.unwrap();
}
