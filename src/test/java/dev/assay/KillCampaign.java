package dev.assay;

import dev.assay.cli.Assay;
import dev.assay.model.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Kills commands at random moments and reruns them: training, sweeps, harvests, feature stores and exports. After the last kill the
 * command is run to its end, and its files are compared with those of an uninterrupted run. Run by hand: FOLDER KILLS SEED [COMMAND…].
 */
public final class KillCampaign {
    private static final String SITE = "blocks.1.hook_resid_post";

    private final Path folder;
    private final SplittableRandom random;

    private KillCampaign(Path folder, long seed) {
        this.folder = folder;
        this.random = new SplittableRandom(seed);
    }

    /** A command; {@code OUT} in its arguments is the folder that it writes. */
    private record Command(String name, List<String> arguments) {}

    /** Counts of one command. */
    private static final class Count {
        private int kills;
        private int ended;
        private int comparisons;
        private int differences;

        @Override
        public String toString() {
            return String.format(
                    "%3d kills, %2d ended before the kill, %2d completed runs compared, %d different",
                    kills, ended, comparisons, differences);
        }
    }

    /** Runs a campaign and prints its counts; the exit code is 1 if a file differs. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0])).toAbsolutePath();
        int kills = Integer.parseInt(arguments[1]);
        KillCampaign campaign = new KillCampaign(folder, Long.parseLong(arguments[2]));
        List<String> chosen = List.of(arguments).subList(3, arguments.length);
        List<Command> commands = campaign.commands().stream()
                .filter(command -> chosen.isEmpty() || chosen.contains(command.name()))
                .toList();
        boolean equal = true;
        for (Command command : commands) {
            Count count = campaign.run(command, (kills + commands.size() - 1) / commands.size());
            System.out.printf("%-8s %s%n", command.name(), count);
            equal &= count.differences == 0;
        }
        System.exit(equal ? 0 : 1);
    }

    private List<Command> commands() throws Exception {
        String model = Fixtures.folder("gpt_neox").toString();
        List<String> text = List.of("--model", model, "--text", "assay/stories/300", "--context", "32");
        Path sweep = Files.writeString(folder.resolve("sweep.yaml"), """
                model: %s
                text: [assay/stories/300]
                sites: [%s]
                tokens: 10000
                batch: 50
                evaluation_tokens: 200
                members:
                  - method: topk
                    d_sae: 64
                    k: [4, 8]
                """.formatted(model, SITE));
        Path dictionary = folder.resolve("dictionary");
        List<String> train = with(
                with(List.of("train"), text), List.of("--hook", SITE, "--k", "4", "--d-sae", "64", "--batch", "50"));
        complete(with(train, List.of("--tokens", "2000", "--out", dictionary.toString())));
        Path exported = folder.resolve("exported");
        complete(with(train, List.of("--tokens", "2000", "--out", exported.toString())));
        complete(List.of("inspect", exported.toString(), "--tokens", "3000"));
        return List.of(
                new Command(
                        "train",
                        with(train, List.of("--tokens", "20000", "--checkpoint-seconds", "0.3", "--out", "OUT"))),
                new Command("sweep", List.of("sweep", sweep.toString(), "--out", "OUT")),
                new Command(
                        "harvest",
                        with(
                                with(List.of("harvest"), text),
                                List.of("--hook", SITE, "--tokens", "20000", "--shard-rows", "500", "--out", "OUT"))),
                new Command("store", List.of("inspect", "OUT", "--rebuild", "--tokens", "6000")),
                new Command(
                        "export",
                        List.of(
                                "export",
                                exported.toString(),
                                "--csv",
                                "OUT/table.csv",
                                "--parquet",
                                "OUT/table.parquet",
                                "--openai-viewer",
                                "OUT/viewer",
                                "--saedashboard",
                                "OUT/dashboard")));
    }

    private static List<String> with(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private Count run(Command command, int kills) throws Exception {
        Count count = new Count();
        Path whole = prepare(command, "whole");
        long start = System.nanoTime();
        complete(at(command, whole));
        long millis = (System.nanoTime() - start) / 1_000_000;
        Map<String, byte[]> expected = contents(whole);
        Path out = prepare(command, "killed");
        while (count.kills < kills) {
            Process process = start(at(command, out));
            // The start of the JVM and of the engine takes the first part of the time.
            if (process.waitFor(millis / 5 + random.nextLong(millis * 3 / 5 + 1), TimeUnit.MILLISECONDS)) {
                count.ended++;
                compare(expected, out, command, count);
                out = prepare(command, "killed" + count.ended);
            } else {
                process.destroyForcibly().waitFor();
                count.kills++;
            }
        }
        complete(at(command, out));
        compare(expected, out, command, count);
        return count;
    }

    private Path prepare(Command command, String name) throws IOException {
        Path out = folder.resolve(command.name() + "-" + name);
        Files.createDirectories(out);
        if (command.name().equals("store")) {
            for (String file : List.of("cfg.json", "sae_weights.safetensors", "sparsity.safetensors", "run.json")) {
                Files.copy(folder.resolve("dictionary").resolve(file), out.resolve(file));
            }
        }
        return out;
    }

    private static List<String> at(Command command, Path out) {
        return command.arguments().stream()
                .map(argument -> argument.startsWith("OUT") ? out + argument.substring("OUT".length()) : argument)
                .toList();
    }

    private Process start(List<String> arguments) throws IOException {
        return ChildJvm.of(Assay.class, arguments.toArray(String[]::new))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("error.txt").toFile())
                .start();
    }

    private void complete(List<String> arguments) throws Exception {
        if (start(arguments).waitFor() != 0) {
            throw new AssertionError(arguments + " failed: " + Files.readString(folder.resolve("error.txt")));
        }
    }

    private static void compare(Map<String, byte[]> expected, Path out, Command command, Count count)
            throws IOException {
        count.comparisons++;
        Map<String, byte[]> found = contents(out);
        List<String> different = new ArrayList<>();
        expected.forEach((name, content) -> {
            if (!java.util.Arrays.equals(content, found.get(name))) {
                different.add(name);
            }
        });
        found.keySet().stream().filter(name -> !expected.containsKey(name)).forEach(different::add);
        if (!different.isEmpty()) {
            count.differences++;
            System.out.println(command.name() + ": " + out + " differs in " + different);
        }
    }

    /** Returns the files by relative path, without pages, times and the older checkpoints, which depend on the moments of checkpoints. */
    private static Map<String, byte[]> contents(Path folder) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            String name = folder.relativize(file).toString();
            boolean depends = name.contains("checkpoints") || name.endsWith(".html") || name.endsWith(".png");
            if (!depends && !name.startsWith(".") && !name.contains("/.")) {
                byte[] bytes = Files.readAllBytes(file);
                boolean text = name.endsWith(".jsonl") || name.endsWith(".json");
                contents.put(name, text ? withoutTimes(bytes) : bytes);
            }
        }
        return contents;
    }

    private static byte[] withoutTimes(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8)
                .replaceAll("\"details/tokens_per_second\":[^,}]+", "")
                .replaceAll("\"(seconds|tokens_per_second)\" ?: ?[^,}\\s]+", "")
                .getBytes(StandardCharsets.UTF_8);
    }
}
