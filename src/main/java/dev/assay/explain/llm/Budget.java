package dev.assay.explain.llm;

import dev.assay.InvalidInputException;

/**
 * Limits the requests and tokens of a run and counts them. Each try of a request counts. A request reserves an estimate of its tokens before
 * it is sent and replaces it by the count of the server afterwards, so concurrent requests do not exceed the limit together. Answers from a
 * cache are free. Thread-safe.
 */
public final class Budget {
    private final long mostRequests;
    private final long mostTokens;
    private long requests;
    private long reserved;
    private TokenUsage usage = TokenUsage.NONE;

    /**
     * Creates a budget.
     *
     * @param mostRequests the largest number of requests, each try counted
     * @param mostTokens the largest number of tokens of prompts and answers
     */
    public Budget(long mostRequests, long mostTokens) {
        this.mostRequests = InvalidInputException.requireAtLeast(0, "the budget of requests", mostRequests);
        this.mostTokens = InvalidInputException.requireAtLeast(0, "the budget of tokens", mostTokens);
    }

    /**
     * Creates a budget that only counts.
     *
     * @return a budget without limits
     */
    public static Budget unlimited() {
        return new Budget(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * Reserves one request.
     *
     * @throws InvalidInputException if it would exceed the budget; nothing is reserved
     */
    synchronized void reserve(long tokens) {
        if (requests >= mostRequests) {
            throw new InvalidInputException(
                    "the budget of " + mostRequests
                            + " requests is used up; rerun with a larger budget to continue, answers in the cache are not requested again");
        }
        // Written without a sum that could overflow.
        if (tokens > mostTokens - usage.total() - reserved) {
            throw new InvalidInputException("the budget of " + mostTokens + " tokens is used up (" + usage.total()
                    + " used, the next request needs up to " + tokens
                    + "); rerun with a larger budget to continue, answers in the cache are not requested again");
        }
        requests++;
        reserved += tokens;
    }

    /** Replaces the reservation of one request by the tokens that it used. */
    synchronized void settle(long tokens, TokenUsage used) {
        reserved -= tokens;
        usage = usage.plus(used);
    }

    /**
     * Returns the number of requests that were sent, each try counted.
     *
     * @return the number of requests
     */
    public synchronized long requests() {
        return requests;
    }

    /**
     * Returns the tokens that the server counted.
     *
     * @return the sums over all answers
     */
    public synchronized TokenUsage usage() {
        return usage;
    }
}
