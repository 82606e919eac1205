package dev.assay.run.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.assay.InvalidInputException;
import dev.assay.activation.CountingSource;
import dev.assay.train.SaeSweep;
import dev.assay.train.TrainerOption;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.plan.SweepMember;
import dev.assay.train.plan.TrainingPlan;
import dev.assay.train.spi.StepSpan;
import dev.assay.train.spi.TrainingMethodProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SweepFileTest {
    private static final String VALID = """
            model: assay/stories
            text: [assay/stories/100]
            sites: [a, b]
            tokens: 1000
            members:
              - method: topk
                k: [4, 8]
                d_sae: 32
            """;

    @TempDir
    private Path folder;

    private SweepFile read(String text) throws IOException {
        Path file = folder.resolve("sweep.yaml");
        Files.writeString(file, text);
        return SweepFile.read(file);
    }

    private static List<SweepMember> members(SweepFile file) {
        CountingSource source = new CountingSource(8, pass -> 5)
                .sites(file.sites(), Collections.nCopies(file.sites().size(), 4));
        SaeSweep sweep = SaeSweep.of(source).tokens(file.tokens()).batchSize(10);
        file.members(source.sites()).forEach(member -> sweep.member(member.name(), member.sites(), member.trainer()));
        return sweep.members();
    }

    private static List<String> names(SweepFile file) {
        return members(file).stream().map(SweepMember::name).toList();
    }

    @Test
    void exampleMatchesTheDocumentation() throws IOException {
        Path example = Path.of("examples/sweep.yaml");
        SweepFile file = SweepFile.read(example);
        assertEquals(
                List.of(
                        "topk-8-512",
                        "topk-16-512",
                        "topk-8-1024",
                        "topk-16-1024",
                        "batchtopk-16-1024-seed0",
                        "batchtopk-16-1024-seed1",
                        "standard-1-1024",
                        "standard-4-1024"),
                names(file));
        assertEquals(List.of("blocks.1.hook_resid_post"), file.run().hooks());
        String shown = Files.readString(Path.of("docs/sweeps.md"));
        String text = Files.readString(example).replaceAll("(?m)^#.*\\R", "");
        assertTrue(shown.contains("```yaml\n" + text + "```"), "docs/sweeps.md shows another file");
    }

    @Test
    void jsonAndYamlAreEquivalent() throws IOException {
        Path json = folder.resolve("sweep.json");
        Files.writeString(json, """
                {"model": "assay/stories", "text": ["assay/stories/100"], "sites": ["a", "b"], "tokens": 1000,
                 "members": [{"method": "topk", "k": [4, 8], "d_sae": 32}]}
                """);
        assertEquals(read(VALID), SweepFile.read(json));
    }

    @Test
    void eachSiteHasItsOwnMembers() throws IOException {
        assertEquals(List.of("topk-4-32-a", "topk-8-32-a", "topk-4-32-b", "topk-8-32-b"), names(read(VALID)));
        assertEquals(List.of("topk-4-32", "topk-8-32"), names(read(VALID + "    sites: [b]\n")));
        List<SweepMember> transcoders = members(read(VALID + "    sites: [a]\n    target: b\n    skip: true\n"));
        assertEquals(List.of("a"), transcoders.get(0).sites().readNames());
        assertEquals(List.of("b"), transcoders.get(0).sites().writeNames());
    }

    @Test
    void gridCrossesOptionsOfTraining() throws IOException {
        String options = """
                    lr: [1e-3, 0.01]
                    warm_up: [5%, 10]
                    betas: [0.9, 0.99]
                    resample_after: [25%, 50%]
                    anneal_k: 16:20%
                    centre: false
                    seed: 3
                    sites: [a]
                """;
        List<SweepMember> members = members(read(VALID.replace("[4, 8]", "4") + options));
        assertEquals(
                List.of(
                        "topk-4-32-lr0.001-warm_up5pct",
                        "topk-4-32-lr0.001-warm_up10",
                        "topk-4-32-lr0.01-warm_up5pct",
                        "topk-4-32-lr0.01-warm_up10"),
                members.stream().map(SweepMember::name).toList());
        TrainingPlan plan = members.get(3).plan();
        assertEquals(0.01, plan.optimizer().learningRate());
        assertEquals(StepSpan.steps(10), plan.optimizer().schedule().warmUp());
        assertEquals(0.99, plan.optimizer().beta2());
        assertEquals(2, plan.revival().resampling().after().size());
        assertEquals(16, plan.sparsity().k().from());
        assertFalse(plan.centresInput());
        assertEquals(3, plan.seed());
    }

    @Test
    void crossesListValuedOptionsAsListsOfLists() throws IOException {
        List<SweepMember> members =
                members(read(VALID.replace("[4, 8]", "4") + "    sites: [a]\n    betas: [[0.9, 0.99], [0, 0.999]]\n"));
        assertEquals(0.9, members.get(0).plan().optimizer().beta1());
        assertEquals(0, members.get(1).plan().optimizer().beta1());
        assertEquals("topk-4-32-betas0_0.999", members.get(1).name());
    }

    @Test
    void crossesValuesOfMethodOptions() throws IOException {
        SweepGrid grid = read(VALID + "    method_options: {depth: [1, 2], shape: round}\n    lr: [0.1, 0.2]\n")
                .grids()
                .get(0);
        assertEquals(
                List.of("-lr0.1-depth1", "-lr0.1-depth2", "-lr0.2-depth1", "-lr0.2-depth2"),
                grid.variants().stream().map(SweepGrid.Variant::suffix).toList());
        assertEquals(
                Map.of("depth", "2", "shape", "round"), grid.variants().get(3).methodOptions());
    }

    @Test
    void targetsOfJumpReluAndLearningRatesAreCrossed() throws IOException {
        List<SweepMember> members =
                members(read(VALID.replace("method: topk", "method: jumprelu-target")
                                .replace("k: [4, 8]", "l0: [4, 8]") + "    sites: [a]\n    lr: [0.01, 0.02]\n"));
        assertEquals(
                List.of(
                        "jumprelu-target-4-32-lr0.01",
                        "jumprelu-target-4-32-lr0.02",
                        "jumprelu-target-8-32-lr0.01",
                        "jumprelu-target-8-32-lr0.02"),
                members.stream().map(SweepMember::name).toList());
        assertEquals(0.02, members.get(3).plan().optimizer().learningRate());
    }

    @Test
    void readsEveryOptionOfMembers() throws IOException {
        for (TrainerOption option : TrainerOption.values()) {
            String line = option.key() + ": \"" + (option.isSwitch() ? "true" : "?") + "\"\n";
            String text = option.isShared() ? VALID + line : VALID + "    " + line;
            if (option.isSwitch()) {
                read(text);
            } else {
                String found = assertThrows(InvalidInputException.class, () -> read(text))
                        .getMessage();
                assertTrue(found.contains(option.key() + " is \"?\", expected " + option.expected()), found);
            }
        }
    }

    @Test
    void valueOutOfRangeRejectsOnlyItsMember() throws IOException {
        List<SweepMember> members = members(read(VALID.replace("[4, 8]", "[4, 33, 2.5, -1]") + "    sites: [a]\n"));
        assertEquals(null, members.get(0).refusal());
        assertTrue(members.get(1).refusal().contains("33"), members.get(1).refusal());
        assertEquals("k is 2.5, expected an integer", members.get(2).refusal());
        assertTrue(members.get(3).refusal().contains("-1"), members.get(3).refusal());
    }

    static List<TrainingMethodProvider> methods() {
        return TrainingMethods.all();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void acceptsEveryMethodByItsName(TrainingMethodProvider method) throws IOException {
        SweepFile file = read(VALID.replace("topk", method.name()).replace("k: [4, 8]", method.sparsityOption() + ": 4")
                + "    sites: [a]\n");
        assertEquals(null, members(file).get(0).refusal());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tokens: 1000 | tokens: many | tokens is "many", expected an integer that is not negative
                    tokens: 1000 | token: 1000 | token is 1000, expected no such field, perhaps tokens; known fields are activations
                    tokens: 1000 | seed: 0 | has no tokens, expected
                    [4, 8] | [4, x] | members[0].k is [4,"x"], expected a number or a list of numbers
                    d_sae: 32 | d_sae: 3.2 | members[0].d_sae is 3.2, expected an integer or a list of integers
                    d_sae: 32 | size: 32 | members[0].size is 32, expected no such field; known fields are
                    d_sae: 32 | d_sae: 5000000000 | members[0].d_sae is 5000000000, expected an integer or a list of integers
                    'sites: [a, b]' | 'members: []' | is malformed in line 5: Duplicate field 'members'
                    d_sae: 32 | 'd_sae: 32\n    lr: fast' | members[0].lr is "fast", expected a number
                    d_sae: 32 | 'd_sae: 32\n    warmup: 5%' | members[0].warmup is "5%", expected no such field, perhaps warm_up
                    tokens: 1000 | 'tokens: 1000\nlr: 1' | lr is 1, expected no such field
                    d_sae: 32 | seeds: 1 | members[0].d_sae is missing, expected an integer
                    topk | top | members[0].method is "top", expected one of topk, batchtopk
                    topk | standard | members[0].k is [4,8], expected no such field; known fields are name, method, d_sae, seed, seeds, sites, target, skip, coefficient, lr
                    'sites: [a, b]' | activations: x | expected no such field with "activations", which has its own
                    'sites: [a, b]' | sites: 7 | sites is 7, expected a list of strings
                    'text: [assay/stories/100]' | held_out_every: 1 | held_out_every is 1, expected at least 2
                    'sites: [a, b]' | 'sites: [a, b' | is malformed in line
                    """)
    void wrongFieldsAreRefusedByName(String correct, String wrong, String message) {
        String found = assertThrows(
                        InvalidInputException.class, () -> read(VALID.replace(correct, wrong.replace("\\n", "\n"))))
                .getMessage();
        assertTrue(found.contains(message), found);
        assertTrue(found.startsWith(folder.resolve("sweep.yaml").toString()), found);
        assertEquals(1, found.lines().count());
    }

    @Test
    void rejectsZeroEvaluationTokens() {
        String found = assertThrows(InvalidInputException.class, () -> read(VALID + "evaluation_tokens: 0\n"))
                .getMessage();
        assertTrue(found.endsWith("evaluation_tokens is 0, expected at least 1"), found);
    }
}
