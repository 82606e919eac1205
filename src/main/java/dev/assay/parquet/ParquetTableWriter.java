package dev.assay.parquet;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/**
 * Writes a Parquet file of flat columns with a value in every row, which needs neither repetition nor definition levels. Each column of a
 * row group is one page of plain values, compressed with zstd. The layout follows the specification at github.com/apache/parquet-format;
 * the format's own classes serialize the headers.
 *
 * @param <R> the type of a row
 */
public final class ParquetTableWriter<R> {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final int ROWS_IN_A_GROUP = 1 << 14;
    private static final int LEVEL = 3;

    private final List<TableColumn<R>> columns;
    private final Map<String, String> metadata;
    private final OutputStream out;
    private final List<ByteArrayOutputStream> pages = new ArrayList<>();
    private final List<RowGroup> groups = new ArrayList<>();
    private long position; // bytes written
    private int rows; // of the open row group
    private long total;

    /**
     * Starts a file.
     *
     * @param columns at least one
     * @param metadata the key-value metadata of the footer; may be empty
     * @param out destination of the file; neither flushed nor closed
     * @throws IOException if the stream fails
     */
    public ParquetTableWriter(List<TableColumn<R>> columns, Map<String, String> metadata, OutputStream out)
            throws IOException {
        this.columns = columns;
        this.metadata = new TreeMap<>(metadata);
        this.out = out;
        columns.forEach(column -> pages.add(new ByteArrayOutputStream()));
        write(MAGIC);
    }

    /**
     * Adds a row.
     *
     * @param row the row
     * @throws IOException if the stream fails
     */
    public void add(R row) throws IOException {
        for (int i = 0; i < columns.size(); i++) {
            pages.get(i).writeBytes(plain(columns.get(i).value().apply(row)));
        }
        rows++;
        if (rows == ROWS_IN_A_GROUP) {
            endGroup();
        }
    }

    private static byte[] plain(Object value) {
        if (value instanceof String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return little(Integer.BYTES + bytes.length)
                    .putInt(bytes.length)
                    .put(bytes)
                    .array();
        }
        ByteBuffer number = little(Long.BYTES);
        return (value instanceof Double real ? number.putDouble(real) : number.putLong((Long) value)).array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Writes the last row group and the footer.
     *
     * @throws IOException if the stream fails
     */
    public void finish() throws IOException {
        if (rows > 0) {
            endGroup();
        }
        FileMetaData footer = new FileMetaData(1, schema(), total, groups);
        footer.setCreated_by("Assay");
        metadata.forEach((key, value) -> {
            KeyValue entry = new KeyValue(key);
            entry.setValue(value);
            footer.addToKey_value_metadata(entry);
        });
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Util.writeFileMetaData(footer, bytes);
        write(bytes.toByteArray());
        write(little(Integer.BYTES).putInt(bytes.size()).array());
        write(MAGIC);
    }

    private void endGroup() throws IOException {
        List<ColumnChunk> chunks = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < columns.size(); i++) {
            ColumnChunk chunk = writeColumn(columns.get(i), pages.get(i).toByteArray());
            bytes += chunk.getMeta_data().getTotal_uncompressed_size();
            chunks.add(chunk);
            pages.get(i).reset();
        }
        groups.add(new RowGroup(chunks, bytes, rows));
        total += rows;
        rows = 0;
    }

    private ColumnChunk writeColumn(TableColumn<R> column, byte[] values) throws IOException {
        byte[] packed = Zstd.compress(values, LEVEL);
        PageHeader header = new PageHeader(PageType.DATA_PAGE, values.length, packed.length);
        header.setData_page_header(new DataPageHeader(rows, Encoding.PLAIN, Encoding.RLE, Encoding.RLE));
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        Util.writePageHeader(header, head);
        long start = position;
        write(head.toByteArray());
        write(packed);
        ColumnMetaData data = new ColumnMetaData(
                type(column.kind()),
                List.of(Encoding.PLAIN, Encoding.RLE),
                List.of(column.name()),
                CompressionCodec.ZSTD,
                rows,
                head.size() + (long) values.length,
                head.size() + (long) packed.length,
                start);
        ColumnChunk chunk = new ColumnChunk(start);
        chunk.setMeta_data(data);
        return chunk;
    }

    private List<SchemaElement> schema() {
        List<SchemaElement> schema = new ArrayList<>();
        SchemaElement root = new SchemaElement("table");
        root.setNum_children(columns.size());
        schema.add(root);
        for (TableColumn<R> column : columns) {
            SchemaElement element = new SchemaElement(column.name());
            element.setType(type(column.kind()));
            element.setRepetition_type(FieldRepetitionType.REQUIRED);
            if (column.kind() == TableColumn.Kind.TEXT) {
                element.setConverted_type(ConvertedType.UTF8);
                element.setLogicalType(LogicalType.STRING(new StringType()));
            }
            schema.add(element);
        }
        return schema;
    }

    private static Type type(TableColumn.Kind kind) {
        return switch (kind) {
            case WHOLE -> Type.INT64;
            case REAL -> Type.DOUBLE;
            case TEXT -> Type.BYTE_ARRAY;
        };
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        position += bytes.length;
    }
}
