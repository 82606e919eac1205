package dev.assay.train.collective;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * Messages that workers have sent to each other.
 *
 * @param exchanges number of exchanges, by quantity
 * @param bytes bytes sent by each worker to other workers, by quantity: one entry per worker
 */
public record Traffic(Map<Exchange, Long> exchanges, Map<Exchange, long[]> bytes) {
    /**
     * Returns the number of exchanges.
     *
     * @return the rounds of messages, for the latency of a step
     */
    public long rounds() {
        return exchanges.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Returns the bytes of the worker that has sent most.
     *
     * @return bytes sent to other workers
     */
    public long largestSent() {
        long largest = 0;
        int workers =
                bytes.values().stream().mapToInt(sent -> sent.length).max().orElse(0);
        for (int worker = 0; worker < workers; worker++) {
            long sum = 0;
            for (long[] sent : bytes.values()) {
                sum += sent[worker];
            }
            largest = Math.max(largest, sum);
        }
        return largest;
    }

    /**
     * Returns the bytes that a worker has sent.
     *
     * @param exchange the quantity
     * @param worker the worker
     * @return bytes sent to other workers
     */
    public long sent(Exchange exchange, int worker) {
        long[] sent = bytes.get(exchange);
        return sent == null ? 0 : sent[worker];
    }

    /**
     * Returns the messages since an earlier state of the same workers.
     *
     * @param before the earlier state
     * @return the difference
     */
    public Traffic since(Traffic before) {
        Map<Exchange, Long> rounds = new EnumMap<>(Exchange.class);
        Map<Exchange, long[]> sent = new EnumMap<>(Exchange.class);
        exchanges.forEach((exchange, count) -> {
            long more = count - before.exchanges().getOrDefault(exchange, 0L);
            if (more > 0) {
                rounds.put(exchange, more);
                long[] each = bytes.get(exchange).clone();
                for (int worker = 0; worker < each.length; worker++) {
                    each[worker] -= before.sent(exchange, worker);
                }
                sent.put(exchange, each);
            }
        });
        return new Traffic(Collections.unmodifiableMap(rounds), Collections.unmodifiableMap(sent));
    }
}
