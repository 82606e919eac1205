package dev.assay.verify.reference;

import dev.assay.InvalidInputException;
import dev.assay.evaluate.benchmark.AblationAccuracies;
import dev.assay.evaluate.benchmark.Float64Dictionary;
import dev.assay.evaluate.benchmark.LatentEffects;
import dev.assay.evaluate.benchmark.PooledActivations;
import dev.assay.evaluate.benchmark.ProbeAblation;
import dev.assay.evaluate.benchmark.SequenceActivations;
import dev.assay.evaluate.benchmark.SpuriousCorrelationRemoval;
import dev.assay.evaluate.benchmark.TargetedProbePerturbation;
import dev.assay.evaluate.probe.LinearProbe;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** SAEBench's targeted probe perturbation and spurious correlation removal with recorded probes, on texts with or without padding. */
final class SaeBenchAblationGroup implements ReferenceGroup {
    private static final String SCR = "perform_scr";
    private static final String PADDED = "padded";
    private static final String SCORES = "scores";
    private static final double EFFECT = 1e-5;
    private static final double ACTIVATION = 1e-5;
    private static final double ACCURACY = 1e-6;
    // SCR divides float32 accuracies by a gap of at least 0.001.
    private static final double SCORE = 1e-4;

    private final boolean scr;
    private final boolean padded;

    SaeBenchAblationGroup(boolean scr, boolean padded) {
        this.scr = scr;
        this.padded = padded;
    }

    @Override
    public String name() {
        return "saebench/" + (scr ? "scr" : "tpp") + (padded ? "_padded" : "");
    }

    @Override
    public boolean recognizes(CaseFolder folder) throws IOException {
        if (!folder.fields(SaeBenchCase.EXPECTED).containsAll(Set.of(SCR, PADDED, "accuracies", "chosen", SCORES))) {
            return false;
        }
        JsonObject expected = folder.json(SaeBenchCase.EXPECTED);
        return expected.bool(SCR) == scr
                && expected.bool(PADDED) == padded
                && folder.tensors(SaeBenchCase.INPUTS).contains("W_enc");
    }

    @Override
    public List<ValueDifference> compare(CaseFolder folder) throws IOException {
        JsonObject expected = folder.json(SaeBenchCase.EXPECTED);
        Float64Dictionary dictionary = SaeBenchCase.dictionary(folder);
        List<String> classes = expected.texts("classes");
        List<String> chosen = expected.texts("chosen");
        Map<String, PooledActivations> test = pooled(folder, dictionary, "test.", classes);
        ProbeAblation ablation = ablation(dictionary, pooled(folder, dictionary, "train.", classes), test, expected);
        InvalidInputException.require(
                ablation.classes().equals(chosen),
                folder.file(SaeBenchCase.EXPECTED) + ": chosen is " + chosen + ", expected " + ablation.classes());
        Differences differences = new Differences();
        Map<String, LinearProbe> probes = new LinkedHashMap<>();
        for (String name : chosen) {
            probes.put(
                    name,
                    new LinearProbe(
                            folder.doubles(SaeBenchCase.TENSORS, "probe_weight." + name),
                            folder.doubles(SaeBenchCase.TENSORS, "probe_bias." + name)[0]));
        }
        Map<String, double[]> effects = ablation.effects(probes);
        for (String name : chosen) {
            double[] recorded = folder.doubles(SaeBenchCase.TENSORS, "effects." + name);
            differences.absolute("effects." + name, effects.get(name), recorded, EFFECT);
        }
        List<Integer> counts =
                expected.numbers("top_n").stream().map(Double::intValue).toList();
        compareAblations(folder, dictionary, test.get(chosen.get(0)), effects, counts, differences);
        AblationAccuracies accuracies = ablation.accuracies(probes, effects, counts);
        compareAccuracies(accuracies, expected, differences);
        compareScores(accuracies, expected, differences);
        return differences.toList();
    }

    private ProbeAblation ablation(
            Float64Dictionary dictionary,
            Map<String, PooledActivations> train,
            Map<String, PooledActivations> test,
            JsonObject expected) {
        if (!scr) {
            return ProbeAblation.oneVersusRest(dictionary, train, test);
        }
        List<String> classes = expected.texts("classes");
        int pairs = classes.size() / 2; // classes, then their opposites in the same order
        InvalidInputException.require(
                pairs == 3 && classes.size() == 6,
                expected.file() + ": classes has " + classes.size()
                        + " entries, expected three classes and their opposites");
        Map<String, String> opposites = new LinkedHashMap<>();
        for (int i = 0; i < pairs; i++) {
            opposites.put(classes.get(i), classes.get(pairs + i));
        }
        return ProbeAblation.paired(dictionary, train, test, opposites);
    }

    private static Map<String, PooledActivations> pooled(
            CaseFolder folder, Float64Dictionary dictionary, String prefix, List<String> classes) throws IOException {
        Map<String, PooledActivations> pooled = new LinkedHashMap<>();
        for (String name : classes) {
            pooled.put(
                    name,
                    PooledActivations.of(
                            dictionary, SequenceActivations.ofPadded(SaeBenchCase.blocks(folder, prefix + name))));
        }
        return pooled;
    }

    private static void compareAblations(
            CaseFolder folder,
            Float64Dictionary dictionary,
            PooledActivations texts,
            Map<String, double[]> effects,
            List<Integer> counts,
            Differences differences)
            throws IOException {
        JsonObject features = folder.json(SaeBenchCase.EXPECTED).object("features");
        Set<String> recorded = folder.tensors(SaeBenchCase.TENSORS);
        for (Map.Entry<String, double[]> ofClass : effects.entrySet()) {
            for (int count : counts) {
                String key = ofClass.getKey() + "|" + count;
                int[] latents = LatentEffects.largest(ofClass.getValue(), count);
                if (features.has(key)) {
                    List<Integer> found = Arrays.stream(latents).boxed().toList();
                    List<Integer> indices = features.numbers(key).stream()
                            .map(Double::intValue)
                            .sorted()
                            .toList();
                    differences.equal("features", found, indices);
                }
                if (recorded.contains("ablated." + key)) {
                    differences.absolute(
                            "ablated." + key,
                            texts.without(dictionary, latents),
                            folder.doubles(SaeBenchCase.TENSORS, "ablated." + key),
                            ACTIVATION);
                }
            }
        }
    }

    private static void compareAccuracies(AblationAccuracies accuracies, JsonObject expected, Differences differences) {
        accuracies
                .clean()
                .forEach((probe, found) -> differences.absolute(
                        "clean", found, expected.object("clean").number(probe), ACCURACY));
        accuracies
                .ablated()
                .forEach((name, byCount) -> byCount.forEach((count, byProbe) -> {
                    JsonObject recorded =
                            expected.object("accuracies").object(name).object(String.valueOf(count));
                    byProbe.forEach((probe, found) ->
                            differences.absolute("accuracies." + name, found, recorded.number(probe), ACCURACY));
                }));
    }

    private void compareScores(AblationAccuracies accuracies, JsonObject expected, Differences differences) {
        JsonObject scores = expected.object(SCORES);
        if (scr) {
            List<String> chosen = expected.texts("chosen");
            new SpuriousCorrelationRemoval(chosen.get(0), chosen.get(1), chosen.get(2))
                    .metrics(accuracies)
                    .forEach((metric, found) -> {
                        // The reference omits the metric if both directions are equally accurate.
                        if (scores.has(metric)) {
                            differences.absolute(SCORES + "." + metric, found, scores.number(metric), SCORE);
                        }
                    });
            return;
        }
        TargetedProbePerturbation.metrics(accuracies)
                .forEach((metric, found) -> differences.absolute(
                        SCORES + "." + metric, found, scores.object("overall").number(metric), SCORE));
        TargetedProbePerturbation.perClass(accuracies).forEach((name, byCount) -> {
            JsonObject recorded = scores.object("per_class").object(name);
            byCount.forEach((count, drop) -> TargetedProbePerturbation.named(count, drop)
                    .forEach((metric, found) ->
                            differences.absolute(SCORES + ".per_class", found, recorded.number(metric), SCORE)));
        });
    }
}
