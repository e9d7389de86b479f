//! A program that lives long: at every line of stdin it says which credentials the SDK for Rust would sign with.
use aws_credential_types::provider::ProvideCredentials;
use std::io::stdin;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http).load().await;
    let provider = config.credentials_provider().expect("a default chain");
    for _ in stdin().lines() {
        let credentials = provider.provide_credentials().await.expect("credentials");
        println!("default-chain {}", credentials.access_key_id());
    }
}
