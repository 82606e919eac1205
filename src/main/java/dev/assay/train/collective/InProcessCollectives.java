package dev.assay.train.collective;

import dev.assay.InvalidInputException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Connects workers that are threads of this process, and counts the bytes that they would send over a network. */
public final class InProcessCollectives {
    private final Rendezvous rendezvous;
    private final List<Collective> members = new ArrayList<>();
    private final Map<Exchange, Long> exchanges = new EnumMap<>(Exchange.class);
    private final Map<Exchange, long[]> bytes = new EnumMap<>(Exchange.class);

    /**
     * Creates the connections.
     *
     * @param workers at least 1
     */
    public InProcessCollectives(int workers) {
        InvalidInputException.requireAtLeast(1, "workers", workers);
        this.rendezvous = new Rendezvous(workers);
        for (int worker = 0; worker < workers; worker++) {
            members.add(new Member(worker));
        }
    }

    /**
     * Returns the connection of each worker.
     *
     * @return by number
     */
    public List<Collective> members() {
        return List.copyOf(members);
    }

    /**
     * Returns the messages so far. Messages of a worker to itself are not counted.
     *
     * @return a copy
     */
    public synchronized Traffic traffic() {
        Map<Exchange, long[]> copies = new EnumMap<>(Exchange.class);
        bytes.forEach((exchange, sent) -> copies.put(exchange, sent.clone()));
        return new Traffic(Map.copyOf(exchanges), Map.copyOf(copies));
    }

    private synchronized byte[][][] count(Exchange exchange, List<byte[][]> messages) {
        exchanges.merge(exchange, 1L, Long::sum);
        long[] sent = bytes.computeIfAbsent(exchange, any -> new long[members.size()]);
        for (int sender = 0; sender < sent.length; sender++) {
            for (int receiver = 0; receiver < sent.length; receiver++) {
                sent[sender] += sender == receiver ? 0 : messages.get(sender)[receiver].length;
            }
        }
        return messages.toArray(new byte[0][][]);
    }

    private final class Member implements Collective {
        private final int worker;

        Member(int worker) {
            this.worker = worker;
        }

        @Override
        public int worker() {
            return worker;
        }

        @Override
        public int workers() {
            return members.size();
        }

        @Override
        public byte[][] exchange(Exchange exchange, byte[][] messages) {
            byte[][][] all = rendezvous.<byte[][], byte[][][]>meet(
                    worker, messages, contributions -> count(exchange, contributions));
            byte[][] received = new byte[all.length][];
            for (int sender = 0; sender < all.length; sender++) {
                received[sender] = all[sender][worker];
            }
            return received;
        }

        @Override
        public void abort(Throwable failure) {
            rendezvous.abort(failure);
        }
    }
}
