package dev.assay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.io.JsonObject;
import dev.assay.train.SaeSweep;
import dev.assay.train.SaeTrainer;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.plan.AuxiliaryLoss;
import dev.assay.train.plan.Target;
import dev.assay.train.spi.OptimizerOptions;
import dev.assay.train.spi.TrainingMethodProvider;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Members of a sweep that differ in numbers: one for each k or coefficient, size, seed and site.
 *
 * @param name how the names of the members begin
 * @param method what is trained
 * @param numbers its k or its coefficient
 * @param sizes d_sae
 * @param seeds of the initialisation
 * @param sites what is trained on; empty for all sites of the sweep, each by itself
 * @param target the site that transcoders predict; null for dictionaries that reconstruct their own
 * @param skip whether a transcoder has a linear part
 * @param learningRate the peak; null for the method's
 * @param auxiliaryCoefficient of the loss on dead latents; null for the usual
 * @param deadAfter silent tokens; null for the usual
 * @param normalize whether activations are scaled
 */
record SweepGrid(
        String name,
        TrainingMethodProvider method,
        List<BigDecimal> numbers,
        List<Integer> sizes,
        List<Long> seeds,
        List<String> sites,
        String target,
        boolean skip,
        Double learningRate,
        Double auxiliaryCoefficient,
        Long deadAfter,
        boolean normalize) {

    private static final Set<String> COMMON = Set.of(
            "name",
            "method",
            "d_sae",
            "seeds",
            "sites",
            "target",
            "skip",
            "lr",
            "aux_coefficient",
            "dead_after",
            "normalize");

    /** Reads a grid from its object in a sweep's file. */
    static SweepGrid read(JsonObject fields) {
        TrainingMethodProvider method;
        try {
            method = TrainingMethods.of(fields.text("method"));
        } catch (InvalidInputException unknown) {
            throw fields.unexpected("method", "one of " + TrainingMethods.names());
        }
        SweepFile.refuseUnknown(fields, COMMON, method.sparsityOption());
        return new SweepGrid(
                fields.text("name", method.name()),
                method,
                list(fields, method.sparsityOption(), "a number or a list of numbers", JsonNode::isNumber).stream()
                        .map(node -> new BigDecimal(node.asText()))
                        .toList(),
                list(fields, "d_sae", "an integer or a list of integers", SweepGrid::isInt).stream()
                        .map(JsonNode::asInt)
                        .toList(),
                fields.has("seeds")
                        ? list(fields, "seeds", "an integer or a list of integers", JsonNode::canConvertToExactIntegral)
                                .stream()
                                .map(JsonNode::asLong)
                                .toList()
                        : List.of(0L),
                fields.has("sites") ? fields.texts("sites") : List.of(),
                fields.text("target", null),
                fields.bool("skip", false),
                fields.has("lr") ? (Double) fields.number("lr") : null,
                fields.has("aux_coefficient") ? (Double) fields.number("aux_coefficient") : null,
                fields.has("dead_after") ? (Long) fields.count("dead_after") : null,
                fields.bool("normalize", true));
    }

    private static boolean isInt(JsonNode node) {
        return node.canConvertToExactIntegral() && node.canConvertToInt();
    }

    private interface Check {
        boolean holds(JsonNode node);
    }

    /** One value or a list of at least one. */
    private static List<JsonNode> list(JsonObject fields, String field, String expected, Check check) {
        JsonNode value = fields.node().path(field);
        List<JsonNode> values = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(values::add);
        } else {
            values.add(value);
        }
        if (values.isEmpty() || !values.stream().allMatch(check::holds)) {
            throw fields.unexpected(field, expected);
        }
        return values;
    }

    /** Adds all members to a sweep. */
    void addTo(SaeSweep sweep, List<String> allSites) {
        List<String> chosen = sites.isEmpty() ? allSites : sites;
        for (String site : chosen) {
            for (int dSae : sizes) {
                for (BigDecimal number : numbers) {
                    for (long seed : seeds) {
                        String member = name + "-" + number.toPlainString() + "-" + dSae
                                + (seeds.size() > 1 ? "-seed" + seed : "")
                                + (chosen.size() > 1 ? "-" + site : "");
                        List<String> ofMember = target == null ? List.of(site) : List.of(site, target);
                        sweep.member(member, ofMember, () -> trainer(number.doubleValue(), dSae, seed));
                    }
                }
            }
        }
    }

    private SaeTrainer trainer(double number, int dSae, long seed) {
        SaeTrainer trainer = SaeTrainer.of(TrainingMethods.create(method.name(), number, dSae))
                .dictionarySize(dSae)
                .seed(seed)
                .normalizesActivations(normalize);
        if (target != null) {
            trainer.target(skip ? Target.OTHER_SITE_WITH_SKIP : Target.OTHER_SITE);
        }
        if (learningRate != null) {
            trainer.optimizer(OptimizerOptions.of(learningRate));
        }
        if (auxiliaryCoefficient != null) {
            trainer.auxiliaryLoss(new AuxiliaryLoss(auxiliaryCoefficient, AuxiliaryLoss.Convention.NORMALIZED));
        }
        if (deadAfter != null) {
            trainer.deadAfter(deadAfter);
        }
        return trainer;
    }
}
