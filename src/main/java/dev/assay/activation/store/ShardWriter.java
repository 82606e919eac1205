package dev.assay.activation.store;

import dev.assay.InvalidInputException;
import dev.assay.activation.ActivationSource;
import dev.assay.activation.ActivationStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Writes the shards of some units of a harvest, in any process. A unit has the same bytes in every process with the same number of threads.
 *
 * <p>A writer needs the options of the harvest and the position of the units, not the index of the corpus. The shards become a store when
 * {@link HarvestPlan#write} lists them.
 */
public final class ShardWriter {
    private final ActivationSource source;
    private final StoreDescription about;
    private BooleanSupplier stop = () -> false;
    private LongConsumer progress = rows -> {};

    ShardWriter(ActivationSource source, StoreDescription about) {
        this.source = source;
        this.about = about;
    }

    /**
     * Sets a listener of progress. Default: none.
     *
     * @param listener receives the number of new rows after each forward pass
     * @return this
     */
    public ShardWriter progress(LongConsumer listener) {
        progress = listener;
        return this;
    }

    /**
     * Sets a condition that ends the work early, checked between two passes of the model; complete shards are kept. Default: none.
     *
     * @param condition such as {@code context::isInterrupted} of a Spark task
     * @return this
     */
    public ShardWriter stopWhen(BooleanSupplier condition) {
        stop = condition;
        return this;
    }

    /**
     * Writes one shard.
     *
     * @param unit a unit of the plan
     * @param file the file, in an existing folder; its name must be a {@linkplain HarvestUnit#fileName(String) name of the unit}
     * @return the entry for the manifest
     * @throws IOException if reading or writing fails; then there is no file
     * @throws InvalidInputException if the text ends before the unit does, or the writer was stopped
     */
    public StoredShard write(HarvestUnit unit, Path file) throws IOException {
        return write(List.of(unit), each -> file).get(0);
    }

    /**
     * Writes the shards of consecutive units. A forward pass that two of them share runs once.
     *
     * @param units consecutive units, at least one
     * @param file the file of each unit
     * @return the entries for the manifest
     * @throws IOException if reading or writing fails; complete shards are kept
     * @throws InvalidInputException if the text ends before the units do, or the writer was stopped
     */
    public List<StoredShard> write(List<HarvestUnit> units, Function<HarvestUnit, Path> file) throws IOException {
        List<StoredShard> shards = new ArrayList<>();
        write(units, new ShardSink() {
            @Override
            public Path file(long first, int rows) {
                return file.apply(units.get(shards.size()));
            }

            @Override
            public void written(long first, StoredShard shard) {
                shards.add(shard);
            }
        });
        return List.copyOf(shards);
    }

    /**
     * Writes the shards of consecutive units, each of which the sink receives as soon as it is complete.
     *
     * @param units consecutive units, at least one
     * @param sink receives the shards in order, on another thread
     * @throws IOException if reading or writing fails; complete shards are kept
     * @throws InvalidInputException if the text ends before the units do, or the writer was stopped
     */
    public void write(List<HarvestUnit> units, ShardSink sink) throws IOException {
        requireConsecutive(units);
        HarvestUnit start = units.get(0);
        long end = units.get(units.size() - 1).end();
        long rows;
        try (ActivationStream stream = source.open(start.start().position());
                StoreAppender appender = new StoreAppender(about, start.first(), end, sink)) {
            RowCopy copy = new RowCopy(appender, end, stop, false, row -> progress.accept(row - start.first()));
            rows = copy.run(stream, start.start(), start.first(), (pass, skipped) -> {})
                    .rows();
        }
        InvalidInputException.require(
                rows == end,
                () -> "the units " + start.index() + " to "
                        + units.get(units.size() - 1).index() + " have "
                        + (rows - start.first()) + " rows, expected " + (end - start.first())
                        + "; the writer was stopped, or the text has changed since its contexts were counted");
    }

    private void requireConsecutive(List<HarvestUnit> units) {
        InvalidInputException.require(!units.isEmpty(), "the list of units is empty, expected at least one");
        for (int i = 0; i < units.size(); i++) {
            HarvestUnit unit = units.get(i);
            InvalidInputException.require(
                    unit.first() == (long) unit.index() * about.shardRows() && unit.rows() <= about.shardRows(),
                    () -> "unit " + unit.index() + " has rows " + unit.first() + " to " + unit.end()
                            + ", expected shards of " + about.shardRows() + " rows");
            int before = i;
            InvalidInputException.require(
                    i == 0 || units.get(i - 1).end() == unit.first(),
                    () -> "unit " + unit.index() + " follows unit "
                            + units.get(before - 1).index() + ", expected consecutive units");
        }
    }
}
