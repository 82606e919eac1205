package dev.assay.hub;

import dev.assay.InvalidInputException;
import dev.assay.io.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Selects a model: configuration, tokenizer, and the weights in one file or in shards. */
final class ModelFiles implements HubSelection {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String TOKENIZER = "tokenizer.json";

    private static final List<String> BESIDE = List.of(
            TOKENIZER,
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "generation_config.json");

    private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl");

    @Override
    public List<String> choose(String repository, Set<String> names, Fetch fetch) throws IOException {
        if (!names.contains(CONFIG)) {
            throw new InvalidInputException(repository + " has no " + CONFIG + ", expected a model of transformers");
        }
        List<String> wanted = new ArrayList<>(BESIDE);
        wanted.retainAll(names);
        if (names.contains(WEIGHTS)) {
            wanted.add(WEIGHTS);
        } else if (names.contains(INDEX)) {
            wanted.add(INDEX);
            wanted.addAll(shards(repository, names, fetch.fetch(INDEX)));
        } else {
            throw withoutWeights(repository, names);
        }
        wanted.add(CONFIG);
        return wanted;
    }

    private static Set<String> shards(String repository, Set<String> names, Path index) throws IOException {
        Set<String> shards = shards(index);
        for (String shard : shards) {
            if (!names.contains(shard) || shard.indexOf('/') >= 0 || !shard.endsWith(".safetensors")) {
                throw new InvalidInputException(repository + ": " + INDEX + " lists tensors in \"" + shard
                        + "\", expected a safetensors file in the same folder");
            }
        }
        return shards;
    }

    private static Set<String> shards(Path index) throws IOException {
        JsonObject weightMap = JsonObject.read(index).object("weight_map");
        Set<String> shards = new TreeSet<>();
        weightMap.node().fieldNames().forEachRemaining(tensor -> shards.add(weightMap.text(tensor)));
        return shards;
    }

    private static InvalidInputException withoutWeights(String repository, Set<String> names) {
        boolean pickled = names.stream().anyMatch(name -> PICKLES.stream().anyMatch(name::endsWith));
        return new InvalidInputException(repository + " has neither " + WEIGHTS + " nor " + INDEX
                + (pickled ? ", only pickled weights, which are not supported because they can run any code" : "")
                + ", expected one of them");
    }

    @Override
    public List<String> missing(Path snapshot) throws IOException {
        List<String> missing = new ArrayList<>();
        if (!Files.exists(snapshot.resolve(CONFIG))) {
            missing.add(CONFIG);
        }
        if (Files.exists(snapshot.resolve(WEIGHTS))) {
            return missing;
        }
        if (!Files.exists(snapshot.resolve(INDEX))) {
            missing.add(WEIGHTS + " (or " + INDEX + " with its shards)");
            return missing;
        }
        for (String shard : shards(snapshot.resolve(INDEX))) {
            if (!Files.exists(snapshot.resolve(shard))) {
                missing.add(shard);
            }
        }
        return missing;
    }

    @Override
    public List<String> optional() {
        return List.of(TOKENIZER);
    }
}
