package dev.assay.text.document;

import dev.assay.InvalidInputException;
import dev.assay.parquet.ParquetColumn;
import dev.assay.parquet.ParquetFile;
import dev.assay.parquet.ParquetPages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;

/** Reads the documents of a Parquet file, one per row, from one string column. Empty texts and nulls are skipped. */
final class ParquetReader implements DocumentReader {
    private final TextFile textFile;
    private final ParquetFile file;
    private final ParquetColumn column;
    private final List<RowGroup> groups;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();

    private int nextGroup;
    /** Values of the current row group, or null between row groups. */
    private ColumnReader values;
    /** Number of unread values in {@code values}. */
    private long left;
    /** Number of rows that were read or skipped. */
    private long row;

    private boolean anyText;

    private ParquetReader(TextFile textFile, ParquetFile file) throws IOException {
        this.textFile = textFile;
        this.file = file;
        this.column =
                guard(() -> ParquetColumn.find(textFile.path(), file.metadata().getSchema(), textFile.field()));
        this.groups = file.metadata().getRow_groups();
    }

    static ParquetReader open(TextFile textFile) throws IOException {
        ParquetFile file = ParquetFile.open(textFile.path());
        try {
            return new ParquetReader(textFile, file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public Document next() throws IOException {
        while (guard(() -> advance(0))) {
            Binary text = guard(this::value);
            if (text != null && text.length() > 0) {
                anyText = true;
                return new Document(textFile.name() + ":" + row, guard(() -> decode(text)));
            }
        }
        if (!anyText) {
            throw new InvalidInputException(textFile.path() + ": no row has any text, expected strings in the column \""
                    + textFile.field() + "\"");
        }
        return null;
    }

    @Override
    public long skip(long documents) throws IOException {
        long skipped = 0;
        while (skipped < documents) {
            long before = row;
            long wanted = documents - skipped;
            boolean more = guard(() -> advance(wanted));
            skipped += row - before;
            if (!more || skipped == documents) {
                break;
            }
            Binary text = guard(this::value);
            skipped += text != null && text.length() > 0 ? 1 : 0;
        }
        anyText |= skipped > 0;
        return skipped;
    }

    /**
     * Opens the next row group with unread rows, if none is open.
     *
     * @param documents limit of the documents to skip first, without decoding values, in row groups where every row has text
     * @return false at the end of the file
     */
    private boolean advance(long documents) throws IOException {
        long toSkip = documents;
        while (left == 0) {
            values = null;
            if (nextGroup == groups.size()) {
                return false;
            }
            RowGroup group = groups.get(nextGroup++);
            ColumnMetaData chunk = group.getColumns().get(column.index()).getMeta_data();
            boolean filled = hasTextInEveryRow(chunk);
            if (filled && group.getNum_rows() <= toSkip) {
                row += group.getNum_rows();
                toSkip -= group.getNum_rows();
            } else if (group.getNum_rows() > 0) {
                toSkip -= open(chunk, group.getNum_rows(), filled ? toSkip : 0);
            }
        }
        return true;
    }

    private long open(ColumnMetaData chunk, long rows, long toSkip) throws IOException {
        if (chunk.getNum_values() != rows) {
            throw new IOException(chunk.getNum_values() + " values in " + rows + " rows");
        }
        ParquetPages pages = new ParquetPages(file, chunk);
        long skipped = pages.skipPages(toSkip);
        row += skipped;
        left = rows - skipped;
        if (left > 0) {
            values = new ColumnReadStoreImpl(
                            new OnePage(pages, left),
                            new NoRecords(column.descriptor().getPath().length),
                            column.schema(),
                            file.metadata().getCreated_by())
                    .getColumnReader(column.descriptor());
        }
        return skipped;
    }

    /** Returns whether every row has text: a chunk's (possibly truncated) minimum is non-empty only if all its values are. */
    private static boolean hasTextInEveryRow(ColumnMetaData chunk) {
        Statistics statistics = chunk.getStatistics();
        return statistics != null
                && statistics.isSetNull_count()
                && statistics.getNull_count() == 0
                && statistics.isSetMin_value()
                && statistics.getMin_value().length > 0;
    }

    /** Reads the value of the next row; null if the row has none. */
    private Binary value() {
        boolean present =
                values.getCurrentDefinitionLevel() == column.descriptor().getMaxDefinitionLevel();
        Binary value = present ? values.getBinary() : null;
        values.consume();
        left--;
        row++;
        return value;
    }

    private String decode(Binary text) {
        try {
            return decoder.decode(text.toByteBuffer()).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(
                    textFile.path() + " row " + row + ": found bytes that are not UTF-8, expected UTF-8 text", e);
        }
    }

    private interface Step<T> {
        T run() throws IOException;
    }

    /** Reports any exception of the decoders as damaged data, because reading the bytes succeeded. */
    private <T> T guard(Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (InvalidInputException | ClosedChannelException e) {
            throw e;
        } catch (UncheckedIOException e) {
            throw damaged(e.getCause());
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    private InvalidInputException damaged(Exception cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new InvalidInputException(
                textFile.path() + " row " + (row + 1) + ": the Parquet data is damaged ("
                        + reason.lines().findFirst().orElse("") + "), expected a whole Parquet file",
                cause);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** The column chunk that is read. */
    private record OnePage(PageReader pages, long getRowCount) implements PageReadStore {
        @Override
        public PageReader getPageReader(ColumnDescriptor descriptor) {
            return pages;
        }
    }

    /** Converter that assembles no records: values are read one at a time. */
    private static final class NoRecords extends GroupConverter {
        private final Converter inner;

        NoRecords(int depth) {
            inner = depth == 1 ? new PrimitiveConverter() {} : new NoRecords(depth - 1);
        }

        @Override
        public Converter getConverter(int field) {
            return inner;
        }

        @Override
        public void start() {
            // No records are assembled.
        }

        @Override
        public void end() {
            // No records are assembled.
        }
    }
}
