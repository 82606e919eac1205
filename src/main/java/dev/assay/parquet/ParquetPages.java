package dev.assay.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;

/** The pages of one column chunk. One page is in memory at a time. */
public final class ParquetPages implements PageReader {
    /** A column chunk within its file. */
    private final ChunkBytes chunk;

    private final ParquetCodec codec;
    private final long mostBytes;
    private long values;
    private DictionaryPage dictionary;
    /** A page with its header read and its data unread, or null. */
    private PageHeader waiting;

    /** Opens the pages of one column chunk. */
    public ParquetPages(ParquetFile file, ColumnMetaData chunk) throws IOException {
        long start = chunk.isSetDictionary_page_offset() && chunk.getDictionary_page_offset() > 0
                ? Math.min(chunk.getDictionary_page_offset(), chunk.getData_page_offset())
                : chunk.getData_page_offset();
        this.chunk = new ChunkBytes(file, start, chunk.getTotal_compressed_size());
        this.codec = ParquetCodec.of(file.path(), chunk.getCodec());
        this.mostBytes = chunk.getTotal_uncompressed_size();
        this.values = chunk.getNum_values();
        if (peek() != null && waiting.getType() == PageType.DICTIONARY_PAGE) {
            dictionary = new DictionaryPage(
                    BytesInput.from(unpack(waiting, 0)),
                    waiting.getDictionary_page_header().getNum_values(),
                    Encoding.PLAIN);
            waiting = null;
        }
    }

    /** Skips whole pages without decompressing them, as long as they have at most {@code rows} values in total. */
    public long skipPages(long rows) throws IOException {
        long skipped = 0;
        while (skipped < rows && peek() != null && skipped + valuesOf(waiting) <= rows) {
            skipped += valuesOf(waiting);
            chunk.skip(waiting.getCompressed_page_size());
            waiting = null;
        }
        values -= skipped;
        return skipped;
    }

    @Override
    public DictionaryPage readDictionaryPage() {
        return dictionary;
    }

    /** Returns the number of unread values. */
    @Override
    public long getTotalValueCount() {
        return values;
    }

    @Override
    public DataPage readPage() {
        try {
            if (peek() == null) {
                return null;
            }
            PageHeader page = waiting;
            waiting = null;
            return page.getType() == PageType.DATA_PAGE ? first(page) : second(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DataPage first(PageHeader page) throws IOException {
        DataPageHeader header = page.getData_page_header();
        return new DataPageV1(
                BytesInput.from(unpack(page, 0)),
                header.getNum_values(),
                page.getUncompressed_page_size(),
                null,
                encoding(header.getRepetition_level_encoding()),
                encoding(header.getDefinition_level_encoding()),
                encoding(header.getEncoding()));
    }

    /** Reads a page of version 2, whose levels precede its values and are never compressed. */
    private DataPage second(PageHeader page) throws IOException {
        DataPageHeaderV2 header = page.getData_page_header_v2();
        int repetition = header.getRepetition_levels_byte_length();
        int levels = repetition + header.getDefinition_levels_byte_length();
        byte[] bytes = header.isIs_compressed() ? unpack(page, levels) : chunk.read(page.getCompressed_page_size());
        return DataPageV2.uncompressed(
                header.getNum_rows(),
                header.getNum_nulls(),
                header.getNum_values(),
                BytesInput.from(bytes, 0, repetition),
                BytesInput.from(bytes, repetition, levels - repetition),
                encoding(header.getEncoding()),
                BytesInput.from(bytes, levels, bytes.length - levels),
                null);
    }

    private static Encoding encoding(org.apache.parquet.format.Encoding encoding) {
        return Encoding.valueOf(encoding.name());
    }

    /** Reads ahead to the header of the next data or dictionary page; null after the last. */
    private PageHeader peek() throws IOException {
        while (waiting == null && chunk.left() > 0) {
            PageHeader header = Util.readPageHeader(chunk);
            if (header.getCompressed_page_size() < 0 || header.getUncompressed_page_size() < 0) {
                throw new IOException("a page has a negative size");
            }
            if (header.getType() == PageType.INDEX_PAGE) {
                chunk.skip(header.getCompressed_page_size());
            } else {
                waiting = header;
            }
        }
        return waiting;
    }

    private static int valuesOf(PageHeader page) {
        return page.getType() == PageType.DATA_PAGE
                ? page.getData_page_header().getNum_values()
                : page.getData_page_header_v2().getNum_values();
    }

    /** Decompresses a page except its first bytes, which are copied. */
    private byte[] unpack(PageHeader page, int plain) throws IOException {
        byte[] packed = chunk.read(page.getCompressed_page_size());
        int size = page.getUncompressed_page_size();
        if (size > mostBytes || plain > Math.min(size, packed.length)) {
            throw new IOException("a page has " + size + " bytes in a chunk of " + mostBytes);
        }
        byte[] values = new byte[size - plain];
        int length = values.length == 0 ? 0 : codec.unpack(packed, plain, packed.length - plain, values);
        if (length != values.length) {
            throw new IOException("a page has " + length + " bytes, expected " + values.length);
        }
        if (plain == 0) {
            return values;
        }
        byte[] whole = Arrays.copyOf(packed, size);
        System.arraycopy(values, 0, whole, plain, values.length);
        return whole;
    }

    /** The bytes of a chunk, read through a small buffer. */
    private static final class ChunkBytes extends InputStream {
        private static final int BUFFER_BYTES = 1 << 16;

        private final ParquetFile file;
        private final long end;
        private long at;
        private byte[] buffer = new byte[0];
        private long bufferStart;

        ChunkBytes(ParquetFile file, long start, long length) throws IOException {
            if (start < 0 || length < 0 || start > file.size() - length) {
                throw new IOException("a column chunk extends beyond the end of the file");
            }
            this.file = file;
            this.at = start;
            this.end = start + length;
        }

        long left() {
            return end - at;
        }

        @Override
        public int read() throws IOException {
            if (at == end) {
                return -1;
            }
            if (at < bufferStart || at >= bufferStart + buffer.length) {
                buffer = file.read(at, (int) Math.min(BUFFER_BYTES, left()));
                bufferStart = at;
            }
            return buffer[(int) (at++ - bufferStart)] & 0xFF;
        }

        byte[] read(int length) throws IOException {
            requireLeft(length);
            byte[] bytes = file.read(at, length);
            at += length;
            return bytes;
        }

        @Override
        public long skip(long length) throws IOException {
            requireLeft(length);
            at += length;
            return length;
        }

        private void requireLeft(long length) throws IOException {
            if (length > left()) {
                throw new IOException("a page extends beyond the end of its column chunk");
            }
        }
    }
}
