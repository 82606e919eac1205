package dev.assay.spark;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/**
 * The local file system under the scheme {@code halting}. The first process that creates a file whose path contains a configured text
 * writes a part of it and ends, like an executor that is killed while it writes.
 */
public final class HaltingFileSystem extends RawLocalFileSystem {
    /** The texts in the paths, separated by commas. */
    static final String PATHS = "test.halting.paths";
    /** A folder in which each text has a file after its process has ended. */
    static final String MARKERS = "test.halting.markers";

    @Override
    public URI getUri() {
        return URI.create("halting:///");
    }

    @Override
    public String getScheme() {
        return "halting";
    }

    @Override
    public FSDataOutputStream create(
            Path file, boolean overwrite, int buffer, short replication, long block, Progressable progress)
            throws IOException {
        FSDataOutputStream out = super.create(file, overwrite, buffer, replication, block, progress);
        for (String text : getConf().getStrings(PATHS, new String[0])) {
            if (file.toString().contains(text) && isFirst(text)) {
                out.write(new byte[100]);
                out.close();
                Runtime.getRuntime().halt(9);
            }
        }
        return out;
    }

    private boolean isFirst(String text) throws IOException {
        java.nio.file.Path folder = java.nio.file.Path.of(getConf().get(MARKERS));
        try {
            Files.createFile(folder.resolve(text.replace('/', '-')));
            return true;
        } catch (FileAlreadyExistsException earlier) {
            return false;
        }
    }
}
