package dev.assay.train.collective;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A meeting point of a fixed number of threads, which combines one contribution of each. */
public final class Rendezvous {
    private final List<Object> contributions = new ArrayList<>();
    private int arrived;
    private long meeting;
    private Object result;
    private Throwable failure;

    /**
     * Creates a meeting point.
     *
     * @param threads the number of threads
     */
    public Rendezvous(int threads) {
        for (int i = 0; i < threads; i++) {
            contributions.add(null);
        }
    }

    /**
     * Waits until all threads have arrived. The last one combines the contributions.
     *
     * @param member the number of this thread, from 0
     * @param contribution of this thread
     * @param combine from the contributions, by number, to the result; must be equal on all threads
     * @param <C> type of the contributions
     * @param <R> type of the result
     * @return the result, shared by all threads
     * @throws IllegalStateException if another thread has failed or this one was interrupted
     */
    public synchronized <C, R> R meet(int member, C contribution, Function<List<C>, R> combine) {
        check();
        contributions.set(member, contribution);
        arrived++;
        if (arrived == contributions.size()) {
            complete(combine);
        } else {
            await();
        }
        @SuppressWarnings("unchecked") // the threads of a meeting combine by the same function
        R combined = (R) result;
        return combined;
    }

    private <C, R> void complete(Function<List<C>, R> combine) {
        @SuppressWarnings("unchecked") // as above
        List<C> all = (List<C>) List.copyOf(contributions);
        try {
            result = combine.apply(all);
        } catch (RuntimeException reason) {
            abort(reason);
            throw reason;
        }
        arrived = 0;
        meeting++;
        notifyAll();
    }

    private void await() {
        long mine = meeting;
        while (mine == meeting && failure == null) {
            try {
                wait();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                abort(interrupted);
            }
        }
        if (mine == meeting) {
            check();
        }
    }

    /**
     * Ends this and all later meetings of the other threads.
     *
     * @param reason of the failure
     */
    public synchronized void abort(Throwable reason) {
        if (failure == null) {
            failure = reason;
        }
        notifyAll();
    }

    private void check() {
        if (failure != null) {
            throw new IllegalStateException("another part of the run has failed: " + failure.getMessage(), failure);
        }
    }
}
