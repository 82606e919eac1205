package dev.assay.model;

import ai.djl.ndarray.NDArray;

/**
 * Where in a run a hook is called.
 *
 * @param point the site
 * @param tokens int64 [batch, position]
 * @param mask bool [batch, position], true where a token is real; null when all are
 */
public record Site(HookPoint point, NDArray tokens, NDArray mask) {}
