package dev.assay.run.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.assay.InvalidInputException;
import dev.assay.io.JsonObject;
import dev.assay.train.SaeTrainer;
import dev.assay.train.TrainerOption;
import dev.assay.train.TrainerOptions;
import dev.assay.train.method.TrainingMethods;
import dev.assay.train.plan.Target;
import dev.assay.train.spi.MethodArguments;
import dev.assay.train.spi.TrainingMethodProvider;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Members of a sweep that differ in numbers: one for each combination of site, size, k or coefficient, options and seed.
 *
 * @param name start of the members' names
 * @param method the name of the training method
 * @param numbers values of k or of the coefficient
 * @param sizes values of d_sae
 * @param seeds of initialization
 * @param sites the sites to train on; empty for all sites of the sweep, each by itself
 * @param target the site that transcoders predict; null for dictionaries that reconstruct their own
 * @param skip whether a transcoder has a linear skip connection
 * @param variants combinations of the other options
 */
public record SweepGrid(
        String name,
        String method,
        List<BigDecimal> numbers,
        List<Integer> sizes,
        List<Long> seeds,
        List<String> sites,
        String target,
        boolean skip,
        List<Variant> variants) {
    private static final String METHOD_OPTIONS = "method_options";
    private static final List<String> COMMON =
            List.of("name", "method", "d_sae", "seed", "seeds", "sites", "target", "skip");
    private static final String INTEGERS = "an integer or a list of integers";

    /** Copies the lists. */
    public SweepGrid {
        numbers = List.copyOf(numbers);
        sizes = List.copyOf(sizes);
        seeds = List.copyOf(seeds);
        sites = List.copyOf(sites);
        variants = List.copyOf(variants);
    }

    /**
     * One combination of options.
     *
     * @param suffix part of a member's name: the options that have several values in the grid
     * @param options the options of training
     * @param methodOptions the options of the method itself
     */
    public record Variant(String suffix, TrainerOptions options, Map<String, String> methodOptions) {
        /** Copies the options of the method. */
        public Variant {
            methodOptions = Map.copyOf(methodOptions);
        }

        private Variant with(String shown, TrainerOption option, String value) {
            return new Variant(suffix + shown, options.with(option, value), methodOptions);
        }

        private Variant with(String shown, String methodOption, String value) {
            Map<String, String> more = new TreeMap<>(methodOptions);
            more.put(methodOption, value);
            return new Variant(suffix + shown, options, more);
        }
    }

    /** Reads a grid from its object in a sweep's file. */
    static SweepGrid read(JsonObject fields) {
        TrainingMethodProvider method = method(fields);
        String number = method.sparsityOption().equals("l0") && fields.has("k") ? "k" : method.sparsityOption();
        Set<String> known = new LinkedHashSet<>(COMMON);
        known.add(number);
        memberOptions().forEach(option -> known.add(option.key()));
        known.add(METHOD_OPTIONS);
        SweepFile.refuseUnknown(fields, known);
        return new SweepGrid(
                fields.text("name", method.name()),
                method.name(),
                list(fields, number, "a number or a list of numbers", JsonNode::isNumber).stream()
                        .map(node -> new BigDecimal(node.asText()))
                        .toList(),
                list(fields, "d_sae", INTEGERS, node -> node.canConvertToExactIntegral() && node.canConvertToInt())
                        .stream()
                        .map(JsonNode::asInt)
                        .toList(),
                seeds(fields),
                fields.has("sites") ? fields.texts("sites") : List.of(),
                fields.text("target", null),
                fields.bool("skip", false),
                variants(fields));
    }

    private static TrainingMethodProvider method(JsonObject fields) {
        try {
            return TrainingMethods.of(fields.text("method"));
        } catch (InvalidInputException unknown) {
            throw fields.unexpected("method", "one of " + TrainingMethods.names());
        }
    }

    /** The values of each option of the method itself, one or several. */
    private static Map<String, List<String>> methodOptions(JsonObject fields) {
        Map<String, List<String>> options = new TreeMap<>();
        if (fields.has(METHOD_OPTIONS)) {
            JsonObject values = fields.object(METHOD_OPTIONS);
            values.node()
                    .fieldNames()
                    .forEachRemaining(name -> options.put(
                            name,
                            list(values, name, "a number or a text, or a list", JsonNode::isValueNode).stream()
                                    .map(JsonNode::asText)
                                    .toList()));
        }
        return options;
    }

    private static List<TrainerOption> memberOptions() {
        return Arrays.stream(TrainerOption.values())
                .filter(option -> !option.isShared())
                .toList();
    }

    private static List<Long> seeds(JsonObject fields) {
        if (fields.has("seed") && fields.has("seeds")) {
            throw fields.unexpected("seed", "either seed or seeds");
        }
        String field = fields.has("seed") ? "seed" : "seeds";
        return fields.has(field)
                ? list(fields, field, INTEGERS, JsonNode::canConvertToExactIntegral).stream()
                        .map(JsonNode::asLong)
                        .toList()
                : List.of(0L);
    }

    /** One value or a list of at least one. */
    private static List<JsonNode> list(JsonObject fields, String field, String expected, Predicate<JsonNode> check) {
        JsonNode value = fields.node().path(field);
        List<JsonNode> values = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(values::add);
        } else {
            values.add(value);
        }
        if (values.isEmpty() || !values.stream().allMatch(check)) {
            throw fields.unexpected(field, expected);
        }
        return values;
    }

    /** All combinations of the options in a grid. */
    private static List<Variant> variants(JsonObject fields) {
        List<Variant> variants = List.of(new Variant("", TrainerOptions.none(), Map.of()));
        for (TrainerOption option : memberOptions()) {
            if (fields.has(option.key())) {
                List<Variant> crossed = new ArrayList<>();
                List<String> values = values(fields, option);
                for (Variant variant : variants) {
                    for (String value : values) {
                        crossed.add(variant.with(shown(values, option.key(), value), option, value));
                    }
                }
                variants = crossed;
            }
        }
        for (Map.Entry<String, List<String>> option : methodOptions(fields).entrySet()) {
            List<Variant> crossed = new ArrayList<>();
            for (Variant variant : variants) {
                for (String value : option.getValue()) {
                    crossed.add(variant.with(shown(option.getValue(), option.getKey(), value), option.getKey(), value));
                }
            }
            variants = crossed;
        }
        return variants;
    }

    /** The part of a member's name for an option, empty where all members have the same value. */
    private static String shown(List<String> values, String option, String value) {
        return values.size() > 1 ? "-" + forName(option + value) : "";
    }

    /** A value as part of a folder's name. */
    private static String forName(String value) {
        return value.replace("%", "pct").replaceAll("[^A-Za-z0-9._-]+", "_");
    }

    /** The values of an option. Where a value is itself a list, several values are a list of lists. */
    private static List<String> values(JsonObject fields, TrainerOption option) {
        JsonNode node = fields.node().get(option.key());
        boolean several = node.isArray() && (!option.isList() || node.path(0).isArray());
        List<String> values = new ArrayList<>();
        if (several) {
            node.forEach(value -> values.add(SweepFile.text(fields, option, value)));
        } else {
            values.add(SweepFile.text(fields, option, node));
        }
        if (values.isEmpty()) {
            throw fields.unexpected(option.key(), option.expected() + ", or a list");
        }
        return values;
    }

    /** Returns the members, in the order of the table. */
    List<PlannedMember> members(List<String> allSites) {
        List<PlannedMember> members = new ArrayList<>();
        List<String> chosen = sites.isEmpty() ? allSites : sites;
        for (String site : chosen) {
            List<String> ofMember = target == null ? List.of(site) : List.of(site, target);
            for (int dSae : sizes) {
                for (BigDecimal number : numbers) {
                    for (Variant variant : variants) {
                        for (long seed : seeds) {
                            String member = name + "-" + number.toPlainString() + "-" + dSae + variant.suffix()
                                    + (seeds.size() > 1 ? "-seed" + seed : "")
                                    + (chosen.size() > 1 ? "-" + site : "");
                            members.add(new PlannedMember(
                                    member,
                                    ofMember,
                                    () -> trainer(number.doubleValue(), dSae, seed, variant),
                                    variant.options()
                                            .value(TrainerOption.BEST_BY)
                                            .isPresent()));
                        }
                    }
                }
            }
        }
        return members;
    }

    private SaeTrainer trainer(double number, int dSae, long seed, Variant variant) {
        SaeTrainer trainer = SaeTrainer.of(
                        TrainingMethods.create(method, new MethodArguments(number, dSae, variant.methodOptions())))
                .dictionarySize(dSae)
                .seed(seed)
                .options(variant.options());
        if (target != null) {
            trainer.target(skip ? Target.OTHER_SITE_WITH_SKIP : Target.OTHER_SITE);
        }
        return trainer;
    }
}
