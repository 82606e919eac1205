package dev.assay.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the documentation: its code blocks, links and anchors. */
record MarkdownFile(Path path, List<Block> blocks, List<Link> links, Set<String> anchors) {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    /** A command of the project, with or without variables in front of it. */
    private static final Pattern SHELL = Pattern.compile("(?:[A-Z_]+=\\S+ )*scripts/");

    private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");

    /** A code block: whether fences or four spaces mark it, its language ("" for a block without one), the number of its first line, and its text. */
    record Block(Path page, boolean fenced, String language, int line, String text) {
        boolean isShell() {
            return language.equals("sh")
                    || language.isEmpty()
                            && text.lines().anyMatch(line -> SHELL.matcher(line).lookingAt());
        }

        @Override
        public String toString() {
            return page + ":" + line;
        }
    }

    /** The target of a link and its line. */
    record Link(String target, int line) {}

    /** Returns the README, the pages of docs/ and the page for contributors. */
    static List<MarkdownFile> all() throws IOException {
        List<Path> paths = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")));
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            docs.filter(path -> path.toString().endsWith(".md")).sorted().forEach(paths::add);
        }
        return paths.stream().map(MarkdownFile::read).toList();
    }

    static MarkdownFile read(Path path) {
        List<Block> blocks = new ArrayList<>();
        List<Link> links = new ArrayList<>();
        Set<String> anchors = new HashSet<>();
        Map<String, Integer> slugs = new HashMap<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(path);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("```")) {
                int start = ++i;
                while (!lines.get(i).startsWith("```")) {
                    i++;
                }
                blocks.add(new Block(
                        path,
                        true,
                        line.substring(3).strip(),
                        start + 1,
                        String.join("\n", lines.subList(start, i)) + "\n"));
            } else if (line.startsWith("    ")
                    && (i == 0 || lines.get(i - 1).isBlank() || lines.get(i - 1).startsWith("#"))) {
                int start = i;
                while (i + 1 < lines.size() && lines.get(i + 1).startsWith("    ")) {
                    i++;
                }
                String text = String.join("\n", lines.subList(start, i + 1)).replaceAll("(?m)^ {4}", "");
                blocks.add(new Block(path, false, "", start + 1, text + "\n"));
            } else if (line.startsWith("#")) {
                String slug = slug(line.replaceFirst("^#+ ", ""));
                int count = slugs.merge(slug, 1, Integer::sum);
                anchors.add(count == 1 ? slug : slug + "-" + (count - 1));
            } else {
                Matcher found = LINK.matcher(INLINE_CODE.matcher(line).replaceAll("`"));
                while (found.find()) {
                    links.add(new Link(found.group(1), i + 1));
                }
            }
        }
        return new MarkdownFile(path, blocks, links, anchors);
    }

    /** Returns the anchor that GitHub gives a heading. */
    private static String slug(String heading) {
        return heading.strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    /** Returns the commands of the shell blocks, continuation lines joined and comments removed. */
    List<Command> commands() {
        List<Command> commands = new ArrayList<>();
        for (Block block : blocks) {
            if (block.isShell()) {
                String joined = block.text.replaceAll("\\\\\n\\s*", " ");
                joined.lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .forEach(line -> commands.add(new Command(block, ShellWords.split(line))));
            }
        }
        return commands;
    }

    /** A command line of a shell block, split into words. */
    record Command(Block block, List<String> words) {
        @Override
        public String toString() {
            return block + ": " + String.join(" ", words);
        }
    }
}
