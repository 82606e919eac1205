package dev.assay.audit.trace;

import dev.assay.audit.sample.AuditSample;

/**
 * Prompts whose origin in the training documents is searched, relative to other prompts. The reference removes what all prompts share, such
 * as their template.
 *
 * @param prompts the prompts, with a matrix for each source of a ranker
 * @param reference other prompts, with the same matrices
 */
public record TraceQuery(AuditSample prompts, AuditSample reference) {}
