package dev.assay.text.document;

import dev.assay.InvalidInputException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * The files selected by a file name, a folder or a glob. Hidden files and folders are ignored.
 *
 * @param name description for people
 * @param paths at least one, in reading order
 */
record FileSearch(String name, List<Path> paths) {
    private static FileSearch several(String place, List<Path> files) {
        return new FileSearch(place + " (" + files.size() + (files.size() == 1 ? " file)" : " files)"), files);
    }

    /** Finds the files selected by a string. */
    static FileSearch find(String place) {
        Path path = literal(place);
        if (path != null && (Files.exists(path) || !GlobPattern.isWild(place))) {
            return find(path);
        }
        return glob(place.replace(File.separatorChar, '/'));
    }

    /** Returns a file itself, or all files of known formats in a folder. */
    static FileSearch find(Path path) {
        if (!Files.isDirectory(path)) {
            return new FileSearch(path.getFileName().toString(), List.of(path));
        }
        List<Path> known = below(path, Integer.MAX_VALUE).stream()
                .filter(TextFile::isKnown)
                .toList();
        if (known.isEmpty()) {
            throw new InvalidInputException(
                    path + ": the folder has no text files, expected at least one file " + TextFile.KINDS);
        }
        return several(path.toString(), known);
    }

    /** Returns the string as a path, or null if it can only be a glob. */
    private static Path literal(String place) {
        try {
            return Path.of(place);
        } catch (InvalidPathException wild) {
            return null;
        }
    }

    private static FileSearch glob(String glob) {
        int folderEnd = folderEnd(glob);
        String folder = glob.substring(0, folderEnd);
        String pattern = glob.substring(folderEnd);
        Path base = Path.of(folder);
        GlobPattern compiled = compile(glob, pattern);
        int depth = pattern.contains("**")
                ? Integer.MAX_VALUE
                : (int) pattern.chars().filter(c -> c == '/').count() + 1;
        List<Path> matches = !Files.isDirectory(base)
                ? List.of()
                : below(base, depth).stream()
                        .filter(file -> compiled.matches(relative(base, file)))
                        .toList();
        if (matches.isEmpty()) {
            throw new InvalidInputException(glob + ": no file matches, expected at least one file " + TextFile.KINDS);
        }
        List<Path> known = matches.stream().filter(TextFile::isKnown).toList();
        if (known.isEmpty()) {
            throw new InvalidInputException(glob + ": none of the " + matches.size()
                    + " matching files has a known format, expected " + TextFile.KINDS);
        }
        return several(glob, known);
    }

    private static GlobPattern compile(String glob, String pattern) {
        try {
            return GlobPattern.of(pattern);
        } catch (PatternSyntaxException e) {
            throw new InvalidInputException(
                    glob + ": not a valid glob pattern (" + e.getDescription() + "), expected one such as data/*.jsonl",
                    e);
        }
    }

    /** Returns the length of the folder prefix without wildcards: the index after a slash, or 0. */
    private static int folderEnd(String glob) {
        int end = 0;
        for (int slash = glob.indexOf('/'); slash >= 0; slash = glob.indexOf('/', slash + 1)) {
            if (GlobPattern.isWild(glob.substring(0, slash))) {
                break;
            }
            end = slash + 1;
        }
        return end;
    }

    private static List<Path> below(Path folder, int depth) {
        try (Stream<Path> files = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
            return files.filter(file -> !isHidden(folder, file) && !Files.isDirectory(file))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof FileSystemLoopException loop) {
                throw new InvalidInputException(
                        folder + ": " + loop.getFile() + " is a symbolic link to a folder above it, expected none", e);
            }
            throw new InvalidInputException(
                    folder + ": the folder cannot be read (" + e.getCause().getMessage() + ")", e);
        } catch (IOException e) {
            throw new InvalidInputException(folder + ": the folder cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static boolean isHidden(Path folder, Path file) {
        return ("/" + relative(folder, file)).contains("/.");
    }

    /** Returns a path relative to a folder, with {@code /} on every system. */
    private static String relative(Path folder, Path file) {
        return folder.relativize(file).toString().replace(File.separatorChar, '/');
    }
}
