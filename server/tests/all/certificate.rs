//! The release certificate in every form, and who can be fooled with it.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use server::{
    certificate::{Certificate, Unproven, page},
    http,
    serve::Limits,
};
use tower::ServiceExt;

use crate::kit::{House, LENDER, clerk, imei, new_contract};

/// A contract that is paid and released, and its certificate.
async fn released() -> (House, Certificate) {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let none = house.app.hand_out_certificate(house.tenant, unit, None).await;
    assert!(matches!(none, Err(server::Error::NotFound(_))), "not paid yet: {none:?}");
    house.pay("p-1", "C-1", "3000.00").await;
    let certificate = house.app.hand_out_certificate(house.tenant, unit, None).await.unwrap();
    (house, certificate)
}

fn keys(house: &House) -> ((protocol::TenantId, [u8; 32]), Vec<Vec<u8>>) {
    let history = house.app.key_history(house.tenant).unwrap();
    ((protocol::TenantId(house.tenant.bytes()), history.root()), history.certificates())
}

#[tokio::test]
async fn every_form_is_the_same_certificate_and_holds_by_the_root_alone() {
    let (house, certificate) = released().await;
    let ((tenant, root), history) = keys(&house);
    let text = certificate.text();
    let forms = [
        Certificate::of_file(certificate.bytes()),
        Certificate::of_file(text.as_bytes()),
        Certificate::of_file(certificate.json().to_string().as_bytes()),
        Certificate::of_text(&format!(" https://x.example/verify/{text}\n")),
        Certificate::of_text(&format!("https://x.example/verify#{text}")),
    ];
    for form in forms {
        let form = form.unwrap();
        assert_eq!(form, certificate);
        assert!(form.check((tenant, root), &[]).is_ok());
        assert!(form.check((tenant, root), &history).is_ok());
    }
    assert!(certificate.is_of(&imei(1)) && !certificate.is_of(&imei(2)));
    let page = page::printable(&certificate, Some("https://lender.example/"));
    assert!(page.contains("<svg") && page.contains(&text) && !page.contains("<script"), "{page}");
    for datum in ["Asha", "5550", imei(1).digits()] {
        assert!(!page.contains(datum) && !certificate.json().to_string().contains(datum));
    }
}

#[tokio::test]
async fn star_release_certificate_verifiable_and_a_forged_one_proves_nothing() {
    let (house, certificate) = released().await;
    let ((tenant, root), history) = keys(&house);
    let signature = |checked: Result<_, Unproven>| matches!(checked, Err(Unproven::Signature(_)));
    assert!(signature(certificate.check((tenant, [7; 32]), &[]).map(drop)));
    let other = protocol::TenantId([9; 16]);
    assert_eq!(certificate.check((other, root), &history), Err(Unproven::OtherLender));
    let bytes = certificate.bytes();
    for at in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1;
        let checked = Certificate::of(changed);
        let holds = checked.is_ok_and(|changed| changed.check((tenant, root), &history).is_ok());
        // What the lender certified is in his key history, whatever came along.
        let beside = at > bytes.len() - certificate_bytes(&history, bytes);
        assert!(!holds || beside, "byte {at}");
    }
    for (field, told) in [("lender", "Another"), ("released_at", "2020-01-01T00:00:00.000000Z")] {
        let mut value = certificate.json();
        value[field] = told.into();
        assert_eq!(Certificate::of_json(&value), Err(Unproven::Differs(field)));
    }
    for text in ["", "!", "AAAA", &"A".repeat(10_000)] {
        assert!(matches!(Certificate::of_text(text), Err(Unproven::Malformed(_))), "{text}");
    }
}

/// Length of the key certificate that the bytes end with.
fn certificate_bytes(history: &[Vec<u8>], bytes: &[u8]) -> usize {
    history.iter().find(|cert| bytes.ends_with(cert)).map_or(0, |cert| cert.len() + 4)
}

async fn ask(router: &Router, request: Request<Body>) -> (u16, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    assert!(response.headers().contains_key("content-security-policy"));
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn the_open_page_judges_links_and_what_is_pasted() {
    let (house, certificate) = released().await;
    let rival = LENDER.replace("\"example\"", "\"rival\"");
    house.app.add_tenant(&formats::parse_lender(&rival).unwrap(), clerk()).await.unwrap();
    let router = http::router(house.app.clone(), &Limits::default());
    let get = |path: String| Request::builder().uri(path).body(Body::empty()).unwrap();
    let text = certificate.text();
    let (status, form) = ask(&router, get("/verify".into())).await;
    assert!(status == 200 && form.contains("<form method=\"post\""), "{form}");
    let (status, found) = ask(&router, get(format!("/verify/{text}"))).await;
    assert!(status == 200 && found.contains("Released"), "{found}");
    let paste = |body: String| {
        let post = Request::builder().method("POST").uri("/verify");
        let media = "application/x-www-form-urlencoded";
        post.header("content-type", media).body(Body::from(body)).unwrap()
    };
    let own = imei(1).with_check_digit();
    let (status, found) = ask(&router, paste(format!("certificate={text}&imei={own}"))).await;
    assert!(status == 200 && found.contains("the phone with this IMEI"), "{found}");
    assert!(!found.contains(&own), "what was typed is not shown again");
    let other = imei(2).with_check_digit();
    let (_, found) = ask(&router, paste(format!("certificate={text}&imei={other}"))).await;
    assert!(found.contains("Not for this phone"), "{found}");
    for body in [format!("certificate={}", &text[4..]), "certificate=x".into(), "imei=1".into()] {
        let (status, found) = ask(&router, paste(body.clone())).await;
        assert!(status >= 400 && found.contains("Not proved"), "{body}: {found}");
    }
}
