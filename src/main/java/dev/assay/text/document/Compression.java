package dev.assay.text.document;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Compression formats of text files. A file may consist of several concatenated compressed members. */
enum Compression {
    NONE("", "") {
        @Override
        InputStream unpack(InputStream packed) {
            return packed;
        }
    },
    GZIP(".gz", "gzip") {
        @Override
        InputStream unpack(InputStream packed) throws IOException {
            return new GZIPInputStream(packed, BUFFER_BYTES);
        }
    },
    ZSTD(".zst", "zstd") {
        @Override
        InputStream unpack(InputStream packed) throws IOException {
            return new ZstdInputStreamNoFinalizer(packed, RecyclingBufferPool.INSTANCE).setLongMax(LARGEST_WINDOW);
        }
    };

    private static final int BUFFER_BYTES = 1 << 16;

    /** Logarithm of the largest window that {@code zstd --long} writes. */
    private static final int LARGEST_WINDOW = 31;

    private final String extension;
    private final String label;

    Compression(String extension, String label) {
        this.extension = extension;
        this.label = label;
    }

    /** Returns the format for a file name's extension. */
    static Compression of(String fileName) {
        if (fileName.endsWith(GZIP.extension)) {
            return GZIP;
        }
        return fileName.endsWith(ZSTD.extension) ? ZSTD : NONE;
    }

    String extension() {
        return extension;
    }

    /** Returns the name of the format. */
    String label() {
        return label;
    }

    abstract InputStream unpack(InputStream packed) throws IOException;
}
