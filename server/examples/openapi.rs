//! Prints the OpenAPI document of the API, as `docs/openapi.json` holds it.

fn main() {
    print!("{}", server::api::openapi());
}
