//! What is open to everybody.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use formats::{key_history::KeyHistory, roots::PublishedRoot};
use serde_json::Value;
use server::{http, serve::Limits};
use tower::ServiceExt;

use crate::kit::{DAY, House, new_contract};

async fn get(router: &Router, path: &str) -> (u16, String, String) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let keep = response.headers().get("cache-control");
    let keep = keep.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, keep, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn star_unlock_slo_published_as_page_and_document() {
    let house = House::new().await;
    let router = http::router(house.app.clone(), &Limits::default());
    let (status, keep, page) = get(&router, "/slo/example").await;
    assert_eq!((status, &*keep), (200, "public, max-age=300"));
    assert!(
        page.starts_with("<!doctype html>") && page.contains("Example Handset Finance"),
        "{page}"
    );
    assert!(page.contains("within 60 minutes") && !page.contains("<script"), "{page}");
    let request = Request::builder().uri("/slo/example").header("accept", "application/json");
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let figures: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(figures["opened"]["count"], 0);
    assert_eq!(figures["opened"]["p50_ms"], Value::Null);
    assert_eq!(get(&router, "/slo/nobody").await.0, 404);
}

#[tokio::test]
async fn roots_and_keys_are_open_and_may_be_kept() {
    let house = House::new().await;
    let router = http::router(house.app.clone(), &Limits::default());
    assert_eq!(get(&router, "/roots/example").await.0, 404, "none yet");
    house.sign(new_contract("EX-1", 1)).await;
    house.app.publish_roots().await.unwrap();
    house.clock.pass(DAY);
    house.app.publish_roots().await.unwrap();
    let (status, keep, text) = get(&router, "/roots/example").await;
    assert_eq!((status, &*keep), (200, "public, max-age=300"));
    let root = PublishedRoot::parse(&text).unwrap();
    let by_id = get(&router, &format!("/roots/{}/{}", house.tenant, root.day)).await;
    assert_eq!(by_id.2, text);
    let before = root.day.plus_days(-1).unwrap();
    let (status, keep, text) =
        get(&router, &format!("/roots/example/{}/from/{before}", root.day)).await;
    assert_eq!((status, keep.contains("immutable")), (200, true));
    let growth: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(growth["from"], before.to_string());
    let (status, _, text) = get(&router, "/keys/example").await;
    assert_eq!(status, 200);
    let keys = KeyHistory::parse(&text).unwrap();
    assert_eq!((Some(keys.root()), keys.keys.len()), (root.root_key(), 4));
    for path in
        ["/roots/nobody", "/keys/nobody", "/roots/example/soon", "/roots/example/2001-01-01"]
    {
        let (status, keep, _) = get(&router, path).await;
        assert_eq!((status, &*keep), (404, "no-store"), "{path}");
    }
}
