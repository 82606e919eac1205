package dev.assay.text.tokenizer;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/** Writes text files of every format for tests. */
public final class TextMaker {
    private TextMaker() {}

    /** A source of texts for a file larger than memory. */
    public interface Texts {
        String text(int index);
    }

    /** Writes texts in the format of the extension; a .txt file has their concatenation. */
    public static Path write(Path file, int count, Texts texts) throws IOException {
        String name = file.getFileName().toString();
        if (name.endsWith(".parquet")) {
            writeParquet(file, count, PAGES_OF_A_GROUP, texts);
            return file;
        }
        try (OutputStream bytes = pack(name, Files.newOutputStream(file))) {
            for (int i = 0; i < count; i++) {
                String text = texts.text(i);
                String written = name.contains(".txt") ? text : "{\"id\": " + i + ", \"text\": \"" + text + "\"}\n";
                bytes.write(written.getBytes(StandardCharsets.UTF_8));
            }
        }
        return file;
    }

    public static Path write(Path file, List<String> texts) throws IOException {
        return write(file, texts.size(), texts::get);
    }

    public static OutputStream pack(String name, OutputStream bytes) throws IOException {
        if (name.endsWith(".gz")) {
            return new GZIPOutputStream(bytes, 1 << 16);
        }
        return name.endsWith(".zst") ? new ZstdOutputStream(bytes) : bytes;
    }

    private static final int ROWS_OF_A_PAGE = 7;
    private static final int PAGES_OF_A_GROUP = 4;

    /** One required column of plain strings; every other row group has statistics. */
    public static void writeParquet(Path file, int count, int pagesOfAGroup, Texts texts) throws IOException {
        List<RowGroup> groups = new ArrayList<>();
        try (Counted out = new Counted(Files.newOutputStream(file))) {
            out.write("PAR1".getBytes(StandardCharsets.US_ASCII));
            for (int from = 0; from < count; from += ROWS_OF_A_PAGE * pagesOfAGroup) {
                int to = Math.min(count, from + ROWS_OF_A_PAGE * pagesOfAGroup);
                groups.add(writeGroup(out, from, to, texts, groups.size() % 2 == 0));
            }
            SchemaElement root = new SchemaElement("schema").setNum_children(1);
            SchemaElement text =
                    new SchemaElement("text").setType(Type.BYTE_ARRAY).setRepetition_type(FieldRepetitionType.REQUIRED);
            long start = out.count;
            Util.writeFileMetaData(new FileMetaData(1, List.of(root, text), count, groups), out);
            out.write(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt((int) (out.count - start))
                    .array());
            out.write("PAR1".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static RowGroup writeGroup(Counted out, int from, int to, Texts texts, boolean statistics)
            throws IOException {
        long start = out.count;
        boolean allFull = true;
        for (int row = from; row < to; row += ROWS_OF_A_PAGE) {
            ByteArrayOutputStream page = new ByteArrayOutputStream();
            int end = Math.min(to, row + ROWS_OF_A_PAGE);
            for (int i = row; i < end; i++) {
                byte[] bytes = texts.text(i).getBytes(StandardCharsets.UTF_8);
                allFull &= bytes.length > 0;
                page.write(ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(bytes.length)
                        .array());
                page.write(bytes);
            }
            PageHeader header = new PageHeader(PageType.DATA_PAGE, page.size(), page.size())
                    .setData_page_header(new DataPageHeader(end - row, Encoding.PLAIN, Encoding.RLE, Encoding.RLE));
            Util.writePageHeader(header, out);
            page.writeTo(out);
        }
        long size = out.count - start;
        ColumnMetaData chunk = new ColumnMetaData(
                Type.BYTE_ARRAY,
                List.of(Encoding.PLAIN),
                List.of("text"),
                CompressionCodec.UNCOMPRESSED,
                to - from,
                size,
                size,
                start);
        if (statistics) {
            chunk.setStatistics(
                    new Statistics().setNull_count(0).setMin_value(allFull ? new byte[] {' '} : new byte[0]));
        }
        return new RowGroup(List.of(new ColumnChunk(start).setMeta_data(chunk)), size, to - from);
    }

    /** Counts written bytes. */
    private static final class Counted extends OutputStream {
        private final OutputStream out;
        private long count;

        Counted(OutputStream out) {
            this.out = new BufferedOutputStream(out, 1 << 16);
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
