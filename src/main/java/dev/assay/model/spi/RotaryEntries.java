package dev.assay.model.spi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.assay.io.JsonObject;
import dev.assay.model.config.PositionEncoding;
import dev.assay.model.config.RotaryScaling;

/**
 * The fields of a config.json that describe a rotary embedding. Since transformers 5 they are in {@code rope_parameters}. Before, the
 * base and the rotary share of a head were separate fields, under names that depend on the family, next to {@code rope_scaling}.
 */
public final class RotaryEntries {
    private static final String BASE = "rope_theta";
    private static final String SHARE = "partial_rotary_factor";
    private static final String PARAMETERS = "rope_parameters";
    private static final String SCALING = "rope_scaling";
    private static final String TYPE = "rope_type";
    private static final String FACTOR = "factor";
    private static final String CONTEXT = "original_max_position_embeddings";
    private static final double DEFAULT_BASE = 10_000;

    private final String olderBase;
    private final String olderShare;
    private final double defaultShare;

    /**
     * Creates the fields of a family that had its own names before transformers 5.
     *
     * @param olderBase the field of the base
     * @param olderShare the field of the rotary share
     * @param defaultShare the part of each head that is rotated when the file does not have it
     */
    public RotaryEntries(String olderBase, String olderShare, double defaultShare) {
        this.olderBase = olderBase;
        this.olderShare = olderShare;
        this.defaultShare = defaultShare;
    }

    /**
     * Creates the fields of a family with the names {@code rope_theta} and {@code partial_rotary_factor}.
     *
     * @param defaultShare the part of each head that is rotated when the file does not have it
     */
    public RotaryEntries(double defaultShare) {
        this(BASE, SHARE, defaultShare);
    }

    /**
     * Reads the rotary embedding.
     *
     * @param dHead the width of a head
     * @param context the context length
     * @return the embedding, with base 10,000 when the file has none
     * @throws dev.assay.InvalidInputException when a field has an unsupported value
     */
    public PositionEncoding.Rotary read(ConfigFile file, int dHead, int context) {
        JsonObject json = file.json();
        JsonObject group = group(json);
        double base = group.number(BASE, json.number(olderBase, DEFAULT_BASE));
        double share = group.number(SHARE, json.number(olderShare, json.number(SHARE, defaultShare)));
        return rotary(group, dHead, share, base, json.integer(CONTEXT, context), context);
    }

    /**
     * Reads a rotary embedding that has an object of its own, in families with several.
     *
     * @param group the object
     * @param dHead the width of a head; the whole head is rotated
     * @param context the context length
     * @param base the base when the object has none
     */
    public static PositionEncoding.Rotary read(JsonObject group, int dHead, int context, double base) {
        return rotary(group, dHead, 1, group.number(BASE, base), context, context);
    }

    private static PositionEncoding.Rotary rotary(
            JsonObject group, int dHead, double share, double base, int original, int context) {
        if (!(share > 0 && share <= 1)) {
            throw group.unexpected(SHARE, "the rotary share of a head, above 0 and at most 1");
        }
        return new PositionEncoding.Rotary((int) (dHead * share), base, scaling(group, original, context));
    }

    /** The older field has precedence, as in transformers. */
    private static JsonObject group(JsonObject json) {
        for (String name : new String[] {SCALING, PARAMETERS}) {
            if (json.has(name) && !json.object(name).node().isEmpty()) {
                return json.object(name);
            }
        }
        return JsonObject.of(json.file(), json.node().objectNode());
    }

    private static RotaryScaling scaling(JsonObject group, int original, int context) {
        String key = group.has(TYPE) || !group.has("type") ? TYPE : "type";
        String type = group.text(key, "default");
        return switch (type) {
            case "default" -> new RotaryScaling.None();
            case "linear" -> new RotaryScaling.Linear(group.number(FACTOR));
            case "dynamic" -> new RotaryScaling.Dynamic(group.number(FACTOR), context);
            case "llama3" ->
                new RotaryScaling.Llama3(
                        group.number(FACTOR),
                        group.number("low_freq_factor"),
                        group.number("high_freq_factor"),
                        group.integer(CONTEXT, original));
            case "yarn" -> yarn(group, group.integer(CONTEXT, original), context);
            default -> throw group.unexpected(key, "one of default, linear, dynamic, llama3, yarn");
        };
    }

    private static RotaryScaling yarn(JsonObject group, int original, int context) {
        double factor = group.number(FACTOR, (double) context / original);
        return new RotaryScaling.Yarn(
                factor,
                group.number("beta_fast", 32),
                group.number("beta_slow", 1),
                group.number("attention_factor", yarnAttention(group, factor)),
                original,
                group.bool("truncate", true));
    }

    /** Returns {@code m(mscale)/m(mscale_all_dim)}, or m(1), where {@code m(s) = 0.1·s·ln(factor) + 1}. */
    private static double yarnAttention(JsonObject group, double factor) {
        double one = group.number("mscale", 0);
        double other = group.number("mscale_all_dim", 0);
        return one != 0 && other != 0 ? magnitude(factor, one) / magnitude(factor, other) : magnitude(factor, 1);
    }

    private static double magnitude(double factor, double scale) {
        return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }

    /** Writes the fields in both spellings, since libraries before transformers 5 read only the older. */
    public void write(PositionEncoding.Rotary rotary, int dHead, ObjectNode json) {
        double share = share(rotary, dHead);
        json.put(olderBase, rotary.base());
        ObjectNode parameters = json.putObject(PARAMETERS);
        write(rotary, parameters);
        if (defaultShare != 1) {
            json.put(olderShare, share);
            parameters.put(SHARE, share);
        }
        writeOlderScaling(rotary, json);
    }

    /** Writes base and scaling in the spelling of transformers 5. */
    public static void write(PositionEncoding.Rotary rotary, ObjectNode group) {
        writeScaling(rotary.scaling(), group);
        group.put(BASE, rotary.base());
    }

    /** Writes {@code rope_scaling}, the spelling before transformers 5. */
    public static void writeOlderScaling(PositionEncoding.Rotary rotary, ObjectNode json) {
        if (rotary.scaling() instanceof RotaryScaling.None) {
            json.putNull(SCALING);
        } else {
            writeScaling(rotary.scaling(), json.putObject(SCALING));
        }
    }

    private static void writeScaling(RotaryScaling scaling, ObjectNode group) {
        if (scaling instanceof RotaryScaling.Linear linear) {
            group.put(TYPE, "linear").put(FACTOR, linear.factor());
        } else if (scaling instanceof RotaryScaling.Dynamic dynamic) {
            group.put(TYPE, "dynamic").put(FACTOR, dynamic.factor());
        } else if (scaling instanceof RotaryScaling.Llama3 llama3) {
            group.put(TYPE, "llama3").put(FACTOR, llama3.factor());
            group.put("low_freq_factor", llama3.low()).put("high_freq_factor", llama3.high());
            group.put(CONTEXT, llama3.context());
        } else if (scaling instanceof RotaryScaling.Yarn yarn) {
            group.put(TYPE, "yarn").put(FACTOR, yarn.factor());
            group.put("beta_fast", yarn.betaFast()).put("beta_slow", yarn.betaSlow());
            group.put("attention_factor", yarn.attentionFactor()).put(CONTEXT, yarn.context());
            group.put("truncate", yarn.truncate());
        } else {
            group.put(TYPE, "default");
        }
    }

    /** Returns the rotary share of a head, rounded so that reading it gives the same number of dimensions. */
    private static double share(PositionEncoding.Rotary rotary, int dHead) {
        double share = (double) rotary.dimensions() / dHead;
        return (int) (dHead * share) == rotary.dimensions() ? share : Math.nextUp(share);
    }
}
