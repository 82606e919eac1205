package dev.assay.activation.store;

import ai.djl.Device;
import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationBuffer;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import dev.assay.activation.StreamPosition;
import dev.assay.io.Sha256;
import dev.assay.provenance.AssayVersion;
import dev.assay.provenance.ParentArtifact;
import dev.assay.provenance.Provenance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The activations of an {@link ActivationStore}, in a new random order in every epoch. The order is over blocks of about one megabyte of
 * consecutive rows, which a disk reads as fast as a whole file. The {@link ActivationBuffer} shuffles the rows of many blocks.
 */
public final class StoreActivationSource implements ActivationSource {
    private static final int HASH_SHOWN = 16;
    private static final long BLOCK_BYTES = 1L << 20;
    /** Two contexts of the default length. */
    private static final int SAMPLE_ROWS = 256;

    private final ActivationStore store;
    private final List<String> sites;
    private final long seed;
    private final Device device;
    private final List<Block> blocks;

    /** Consecutive rows of a shard, read in one piece. */
    record Block(ShardFile shard, int from, int to) {}

    StoreActivationSource(ActivationStore store, List<String> sites, long seed, Device device) {
        this.store = store;
        this.sites = sites;
        this.seed = seed;
        this.device = device;
        this.blocks = new ArrayList<>();
        for (ShardFile shard : store.shards()) {
            for (int from = 0; from < shard.rows(); from += blockRows()) {
                blocks.add(new Block(shard, from, Math.min(shard.rows(), from + blockRows())));
            }
        }
    }

    /** Returns the number of rows of a block; the last block of a shard may have fewer. */
    int blockRows() {
        long rowBytes = (long) width() * store.type().getNumOfBytes();
        return (int) Math.min(
                Math.max(1, BLOCK_BYTES / rowBytes), store.manifest().about().shardRows());
    }

    /**
     * Returns this source with another seed for the order of the blocks. Default: 0.
     */
    public StoreActivationSource seed(long number) {
        return new StoreActivationSource(store, sites, number, device);
    }

    /**
     * Returns this source with rows on another device. Default: the CPU.
     */
    public StoreActivationSource device(Device place) {
        return new StoreActivationSource(store, sites, seed, place);
    }

    @Override
    public List<String> sites() {
        return sites;
    }

    @Override
    public List<Integer> widths() {
        StoreDescription about = store.manifest().about();
        return sites.stream()
                .map(site -> about.widths().get(about.sites().indexOf(site)))
                .toList();
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public Provenance provenance() {
        Provenance from = store.provenance();
        String hash = storeHash();
        String part = from.text().part() + "; " + store.rows() + " rows of store " + hash.substring(0, HASH_SHOWN)
                + " in order " + seed;
        String size = store.rows() + " rows of width " + width();
        return from.withVersion(AssayVersion.current())
                .withSites(sites, List.of())
                .withText(from.text().withPart(part))
                .withSeed("rows", seed)
                .withParent(new ParentArtifact(ParentArtifact.ACTIVATIONS, size, hash));
    }

    private String storeHash() {
        Sha256 hash = new Sha256();
        store.manifest().shards().forEach(shard -> hash.add(shard.sha256()));
        return hash.hex();
    }

    @Override
    public String modelHash() {
        return store.modelHash();
    }

    /**
     * Opens a stream.
     *
     * @param start the first batch; its context is the number of blocks read in the epoch
     */
    @Override
    public ActivationStream open(StreamPosition start) throws IOException {
        if (start.context() > blocks.size()) {
            throw new InvalidInputException(store.folder() + " has " + blocks.size()
                    + " blocks, expected more than the " + start.context() + " already read");
        }
        return new StoreStream(blocks, sites, seed, device, start);
    }

    /** Spreads the rows evenly over the store, in runs of {@value #SAMPLE_ROWS} consecutive rows. */
    @Override
    public ActivationStream openSample(long rows) {
        return new StoreStream(sample(rows), sites, seed, device, StreamPosition.START);
    }

    /** Returns blocks at equal distances, which have at least the given number of rows if the store has. */
    List<Block> sample(long rows) {
        long all = 0;
        List<Long> firsts = new ArrayList<>(); // of each shard, in runs
        for (ShardFile shard : store.shards()) {
            firsts.add(all);
            all += runs(shard);
        }
        // The last run of a shard may be short.
        long wanted = Math.min(
                all, (rows + SAMPLE_ROWS - 1) / SAMPLE_ROWS + store.shards().size());
        List<Block> sample = new ArrayList<>();
        int at = 0;
        for (long i = 0; i < wanted; i++) {
            long run = (long) ((i + 0.5) * all / wanted);
            while (at + 1 < firsts.size() && firsts.get(at + 1) <= run) {
                at++;
            }
            ShardFile shard = store.shards().get(at);
            int from = (int) (run - firsts.get(at)) * SAMPLE_ROWS;
            sample.add(new Block(shard, from, Math.min(shard.rows(), from + SAMPLE_ROWS)));
        }
        return sample;
    }

    private static long runs(ShardFile shard) {
        return (shard.rows() + SAMPLE_ROWS - 1L) / SAMPLE_ROWS;
    }
}
