package dev.assay.train.collective;

import java.util.Arrays;

/**
 * The connection of one worker to the others. Workers are numbered from 0. Every worker calls the methods in the same order; a call returns
 * when the messages of all workers have arrived.
 */
public interface Collective {
    /**
     * Returns the number of this worker.
     *
     * @return from 0
     */
    int worker();

    /**
     * Returns the number of workers.
     *
     * @return at least 1
     */
    int workers();

    /**
     * Sends one message to every worker, this one included.
     *
     * @param exchange the quantity, the same on every worker; for statistics
     * @param messages one per receiver, by its number; empty messages need no transport
     * @return one message per sender, by its number
     * @throws IllegalStateException if another worker has failed
     */
    byte[][] exchange(Exchange exchange, byte[][] messages);

    /**
     * Sends the same message to every worker.
     *
     * @param exchange the quantity
     * @param message the message
     * @return one message per sender, by its number
     */
    default byte[][] allGather(Exchange exchange, byte[] message) {
        byte[][] messages = new byte[workers()][];
        Arrays.fill(messages, message);
        return exchange(exchange, messages);
    }

    /**
     * Reports that this worker cannot continue, so that the others do not wait for it.
     *
     * @param failure the reason
     */
    void abort(Throwable failure);
}
