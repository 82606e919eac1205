package dev.assay.explain.llm;

/**
 * A complete response of a server.
 *
 * @param status the HTTP status
 * @param retryAfter the header Retry-After; empty if missing
 * @param location the header Location; empty if missing
 * @param body the body
 */
record ServerReply(int status, String retryAfter, String location, byte[] body) {}
