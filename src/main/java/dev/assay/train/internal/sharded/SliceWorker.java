package dev.assay.train.internal.sharded;

import dev.assay.train.collective.Collective;
import dev.assay.train.collective.Exchange;
import dev.assay.train.collective.Rendezvous;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One worker with its slices. It combines what its slices contribute before anything is sent, so that the size of messages does not depend
 * on the number of slices per worker. Large arrays are divided into one part per worker: each worker combines its part for all.
 */
final class SliceWorker {
    private final SliceLayout layout;
    private final Collective collective;
    private final SumTree tree;
    private final Rendezvous rendezvous;

    SliceWorker(SliceLayout layout, Collective collective) {
        this.layout = layout;
        this.collective = collective;
        this.tree = new SumTree(layout.slices());
        this.rendezvous = new Rendezvous(layout.slicesOf(collective.worker()));
    }

    SliceLayout layout() {
        return layout;
    }

    int firstSlice() {
        return layout.firstSlice(collective.worker());
    }

    /** Waits for all slices of the worker; the last one combines their contributions. */
    <C, R> R meet(int slice, C contribution, Function<List<C>, R> combine) {
        return rendezvous.meet(slice - firstSlice(), contribution, combine);
    }

    void abort(Throwable failure) {
        rendezvous.abort(failure);
        collective.abort(failure);
    }

    private int workers() {
        return collective.workers();
    }

    /** Sums arrays of all slices in the order of {@link SumTree}: a part per worker, then all parts to all workers. */
    float[] sum(Exchange exchange, List<float[]> ofSlices) {
        int length = ofSlices.get(0).length;
        Map<SumTree.Node, float[]> known = new HashMap<>();
        for (int i = 0; i < ofSlices.size(); i++) {
            int slice = firstSlice() + i;
            known.put(new SumTree.Node(slice, slice + 1), ofSlices.get(i));
        }
        List<float[]> own = cover(collective.worker()).stream()
                .map(node -> SumTree.sum(node, known))
                .toList();
        byte[][] messages = new byte[workers()][];
        for (int receiver = 0; receiver < messages.length; receiver++) {
            int from = Messages.first(length, receiver, workers());
            int to = Messages.first(length, receiver + 1, workers());
            float[] parts = new float[own.size() * (to - from)];
            for (int i = 0; i < own.size(); i++) {
                System.arraycopy(own.get(i), from, parts, i * (to - from), to - from);
            }
            messages[receiver] = Messages.floats(parts, 0, parts.length);
        }
        byte[][] received = collective.exchange(exchange, messages);
        float[] part = total(received);
        byte[][] parts = collective.allGather(exchange, Messages.floats(part, 0, part.length));
        float[] all = new float[length];
        for (int sender = 0; sender < parts.length; sender++) {
            float[] values = Messages.floats(parts[sender]);
            System.arraycopy(values, 0, all, Messages.first(length, sender, workers()), values.length);
        }
        return all;
    }

    private List<SumTree.Node> cover(int worker) {
        return tree.cover(layout.firstSlice(worker), layout.firstSlice(worker + 1));
    }

    /** Adds the sums of subtrees that all workers have sent. */
    private float[] total(byte[][] received) {
        Map<SumTree.Node, float[]> known = new HashMap<>();
        for (int sender = 0; sender < received.length; sender++) {
            List<SumTree.Node> nodes = cover(sender);
            float[] sums = Messages.floats(received[sender]);
            int length = sums.length / nodes.size();
            for (int i = 0; i < nodes.size(); i++) {
                float[] values = new float[length];
                System.arraycopy(sums, i * length, values, 0, length);
                known.put(nodes.get(i), values);
            }
        }
        return SumTree.sum(tree.root(), known);
    }

    /** Returns numbers of all slices, in the order of the slices. */
    List<double[]> gather(Exchange exchange, List<double[]> ofSlices) {
        int width = ofSlices.get(0).length;
        double[] own = new double[ofSlices.size() * width];
        for (int i = 0; i < ofSlices.size(); i++) {
            System.arraycopy(ofSlices.get(i), 0, own, i * width, width);
        }
        List<double[]> all = new ArrayList<>();
        for (byte[] message : collective.allGather(exchange, Messages.doubles(own))) {
            double[] values = Messages.doubles(message);
            for (int first = 0; first < values.length; first += width) {
                double[] slice = new double[width];
                System.arraycopy(values, first, slice, 0, width);
                all.add(slice);
            }
        }
        return all;
    }

    /**
     * Selects the largest scores of each row over all slices. A part of the rows per worker: it receives the largest scores of each worker and
     * returns how many of them are selected.
     *
     * @param exchange the quantity
     * @param ofSlices the largest scores of each slice
     * @param count selected entries per row
     * @return the number of selected entries of each slice of this worker, one array [rows] per slice
     */
    List<int[]> selectRows(Exchange exchange, List<RowLists> ofSlices, int count) {
        RowLists own = RowLists.merge(ofSlices, count);
        List<RowLists> lists = toOwners(exchange, own);
        byte[][] replies = new byte[workers()][];
        int owned = lists.get(0).rows();
        int[][] counts = new int[workers()][owned];
        int selected = selected(lists, count);
        for (int row = 0; row < owned; row++) {
            int[] taken = RowLists.first(lists, row, selected, null);
            for (int worker = 0; worker < taken.length; worker++) {
                counts[worker][row] = taken[worker];
            }
        }
        for (int worker = 0; worker < replies.length; worker++) {
            replies[worker] = Messages.ints(counts[worker]);
        }
        List<int[]> ofEach = new ArrayList<>();
        for (int i = 0; i < ofSlices.size(); i++) {
            ofEach.add(new int[own.rows()]);
        }
        int row = 0;
        for (byte[] reply : collective.exchange(exchange, replies)) {
            for (int taken : Messages.ints(reply)) {
                int[] split = RowLists.first(ofSlices, row, taken, null);
                for (int i = 0; i < split.length; i++) {
                    ofEach.get(i)[row] = split[i];
                }
                row++;
            }
        }
        return ofEach;
    }

    /**
     * Returns the last selected score of each row over all slices.
     *
     * @param exchange the quantity
     * @param ofSlices the largest scores of each slice
     * @param count selected entries per row
     * @return [rows]
     */
    float[] lastOfRows(Exchange exchange, List<RowLists> ofSlices, int count) {
        RowLists own = RowLists.merge(ofSlices, count);
        List<RowLists> lists = toOwners(exchange, own);
        int selected = selected(lists, count);
        float[] last = new float[lists.get(0).rows()];
        float[] values = new float[last.length * selected];
        for (int row = 0; row < last.length; row++) {
            RowLists.first(lists, row, selected, values);
            last[row] = values[(row + 1) * selected - 1];
        }
        float[] all = new float[own.rows()];
        int row = 0;
        for (byte[] message : collective.allGather(exchange, Messages.floats(last, 0, last.length))) {
            for (float value : Messages.floats(message)) {
                all[row++] = value;
            }
        }
        return all;
    }

    private static int selected(List<RowLists> lists, int count) {
        return Math.min(count, lists.stream().mapToInt(RowLists::width).sum());
    }

    private List<RowLists> toOwners(Exchange exchange, RowLists own) {
        byte[][] messages = new byte[workers()][];
        for (int owner = 0; owner < messages.length; owner++) {
            int from = Messages.first(own.rows(), owner, workers());
            int to = Messages.first(own.rows(), owner + 1, workers());
            messages[owner] = Messages.floats(own.values(), from * own.width(), to * own.width());
        }
        int me = collective.worker();
        int rows = Messages.first(own.rows(), me + 1, workers()) - Messages.first(own.rows(), me, workers());
        List<RowLists> lists = new ArrayList<>();
        for (byte[] message : collective.exchange(exchange, messages)) {
            lists.add(new RowLists(rows, Messages.floats(message)));
        }
        return lists;
    }
}
