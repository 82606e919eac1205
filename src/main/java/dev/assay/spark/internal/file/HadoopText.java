package dev.assay.spark.internal.file;

import dev.assay.InvalidInputException;
import dev.assay.io.Sha256;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Text files on a Hadoop file system. Each host copies them once to its disk, where they are read like local files: a text is small next to
 * its activations.
 *
 * @param weight the weight in a mixture with its colon; empty without one
 * @param folder the URI of the folder that is copied
 * @param pattern the file or the glob in the folder; empty for the whole folder
 * @param files the files at the time when the job started
 * @param configuration the configuration of Hadoop
 */
public record HadoopText(
        String weight,
        String folder,
        String pattern,
        List<HadoopFiles.Entry> files,
        SerializableConfiguration configuration)
        implements Serializable {
    private static final Pattern SOURCE = Pattern.compile("(\\d+(?:\\.\\d+)?:)?([a-z][a-z0-9+.-]*:/.*)");
    private static final Pattern TEXT = Pattern.compile(".*\\.(?:(?:txt|jsonl)(?:\\.gz|\\.zst)?|parquet)");
    private static final Pattern WILD = Pattern.compile("[*?\\[{]");

    /** Returns whether a source of a text is a URI. */
    public static boolean isUri(String source) {
        return SOURCE.matcher(source).matches();
    }

    /**
     * Lists the files of a source.
     *
     * @param source the URI of a file, a folder or a glob, optionally after a weight
     * @param configuration the configuration of Hadoop
     * @throws InvalidInputException if there is no such file
     * @throws IOException if the file system cannot be read
     */
    public static HadoopText of(String source, Configuration configuration) throws IOException {
        Matcher parts = SOURCE.matcher(source);
        InvalidInputException.require(
                parts.matches(), () -> source + " is no URI, expected one such as hdfs://host/text");
        String weight = parts.group(1) == null ? "" : parts.group(1);
        String uri = parts.group(2).replaceAll("/+$", "");
        Matcher wild = WILD.matcher(uri);
        boolean isFolder = !wild.find() && HadoopFiles.in(uri, configuration).isFolder("");
        int end = isFolder ? uri.length() : uri.lastIndexOf('/', wild.reset().find() ? wild.start() : uri.length());
        String folder = uri.substring(0, end);
        String pattern = isFolder ? "" : uri.substring(end + 1);
        List<HadoopFiles.Entry> files = HadoopFiles.in(folder, configuration).entries().stream()
                .filter(file -> TEXT.matcher(file.name()).matches() && matches(pattern, file.name()))
                .toList();
        InvalidInputException.require(
                !files.isEmpty(),
                () -> uri + ": no such text file, expected .txt, .jsonl (each optionally followed by .gz or .zst) or"
                        + " .parquet");
        return new HadoopText(weight, folder, pattern, files, new SerializableConfiguration(configuration));
    }

    private static boolean matches(String pattern, String name) {
        if (pattern.isEmpty() || pattern.contains("**")) {
            return true; // decided by the local copy
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        return name.equals(pattern) || matcher.matches(Path.of(name));
    }

    /** Copies the files to this host unless they are there, and returns their source on its disk. */
    public String local() throws IOException {
        Path copy = HostCache.ofHost().text(this);
        return weight + (pattern.isEmpty() ? copy : copy + "/" + pattern);
    }

    /** Returns the folder of the copy in the cache, which files of other lengths or times do not share. */
    public String cacheName() {
        Sha256 hash = new Sha256().add(folder);
        files.forEach(file -> hash.add("\n" + file.name() + " " + file.bytes() + " " + file.modified()));
        return hash.hex() + folder.substring(folder.lastIndexOf('/'));
    }

    /** Returns a description of a local copy with the URI in place of the path. */
    public String described(String description, Path copy) {
        return description.replace(copy.toString(), folder);
    }
}
