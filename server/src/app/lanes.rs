//! Work in lanes: what belongs together is done one after the other, the rest side by side.

use std::{collections::BTreeMap, future::Future};

use futures_util::{StreamExt, stream};

/// Does many pieces of work, at most so many at a time. Those of one lane are done in the order
/// given, as payments of one contract have to be; the answers come in the order of the pieces.
pub async fn in_lanes<T, A, W>(
    items: Vec<T>,
    lane: impl Fn(&T) -> String,
    side_by_side: usize,
    work: impl Fn(T) -> W,
) -> Vec<A>
where
    W: Future<Output = A>,
{
    let mut answers: Vec<Option<A>> = items.iter().map(|_| None).collect();
    let mut lanes: BTreeMap<String, Vec<(usize, T)>> = BTreeMap::new();
    for (index, item) in items.into_iter().enumerate() {
        lanes.entry(lane(&item)).or_default().push((index, item));
    }
    let one_by_one = async |lane: Vec<(usize, T)>| {
        let mut done = Vec::with_capacity(lane.len());
        for (index, item) in lane {
            done.push((index, work(item).await));
        }
        done
    };
    let lanes = stream::iter(lanes.into_values()).map(one_by_one);
    let mut lanes = std::pin::pin!(lanes.buffer_unordered(side_by_side));
    while let Some(done) = lanes.next().await {
        for (index, answer) in done {
            answers[index] = Some(answer);
        }
    }
    answers.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn a_lane_keeps_its_order_and_every_answer_its_place() {
        let begun = Mutex::new(Vec::new());
        let items = vec![("a", 3), ("b", 1), ("a", 2), ("b", 0), ("a", 1)];
        let lane = |item: &(&str, u32)| item.0.to_owned();
        let work = async |(name, yields): (&'static str, u32)| {
            begun.lock().unwrap().push((name, yields));
            for _ in 0..yields {
                tokio::task::yield_now().await;
            }
            yields
        };
        let answers = in_lanes(items, lane, 8, work).await;
        assert_eq!(answers, [3, 1, 2, 0, 1]);
        let begun = begun.into_inner().unwrap();
        let of = |lane: &str| -> Vec<u32> {
            begun.iter().filter(|(name, _)| *name == lane).map(|(_, yields)| *yields).collect()
        };
        assert_eq!((of("a"), of("b")), (vec![3, 2, 1], vec![1, 0]));
        assert_eq!((begun[0].0, begun[1].0), ("a", "b"), "lanes run side by side");
    }
}
