//! What one client, and all together, may ask of the process.

/// Limits of the server; each with its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest body at the device door, bytes. Default 16 KiB, which the protocol names.
    pub request_bytes_max: usize,
    /// Largest body elsewhere, bytes. Default 16 MiB: a bulk call of 10,000 items.
    pub api_body_bytes_max: usize,
    /// Largest head of a request, bytes. Default 16 KiB.
    pub header_bytes_max: usize,
    /// Longest a request may take, its body's arrival included, seconds. Waits, once read, stand
    /// outside. Default 30.
    pub request_timeout_s: u64,
    /// Requests under way at the same time; one more is told to come again. Waits stand outside.
    /// Default 1024.
    pub concurrency_max: usize,
    /// Connections open at the same time; one more is closed at once. Default 110,000: all waits
    /// and room beside them. The system's limit on open files has to allow as many.
    pub connections_max: usize,
    /// Requests held at `/d/1/wait` at the same time; one more is told to come again. Default
    /// 100,000.
    pub waits_max: usize,
    /// Longest the head of a request or a TLS handshake may take, and longest a connection may
    /// stay idle, seconds. Default 10.
    pub header_read_timeout_s: u64,
    /// Longest that requests under way are waited for at the stop, seconds. Default 10.
    pub stop_s: u64,
    /// How often the certificate's files are looked at, seconds. Default 10.
    pub tls_reload_s: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            request_bytes_max: protocol::limits::REQUEST_MAX,
            api_body_bytes_max: 16 * 1024 * 1024,
            header_bytes_max: 16 * 1024,
            request_timeout_s: 30,
            concurrency_max: 1024,
            connections_max: 110_000,
            waits_max: 100_000,
            header_read_timeout_s: 10,
            stop_s: 10,
            tls_reload_s: 10,
        }
    }
}
