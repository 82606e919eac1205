package dev.assay.activation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import dev.assay.InvalidInputException;
import dev.assay.io.Sha256;
import dev.assay.text.TokenBatch;
import java.util.List;
import java.util.stream.Stream;

/** One site of two models that read the same contexts: the columns of the base model, then those of the tuned model. */
record PairedSites(HookedSites base, HookedSites tuned) implements SiteReader {
    PairedSites {
        int vocabulary = base.transformer().config().vocabularySize();
        int other = tuned.transformer().config().vocabularySize();
        InvalidInputException.require(
                other == vocabulary,
                () -> "the tuned model has a vocabulary of " + other + ", expected " + vocabulary
                        + " as the base model");
        InvalidInputException.require(
                base.device().equals(tuned.device()),
                () -> "the tuned model is on " + tuned.device() + ", expected " + base.device() + " as the base model");
    }

    @Override
    public String model() {
        return base.model() + " and " + tuned.model();
    }

    @Override
    public String precision() {
        return base.precision().equals(tuned.precision())
                ? base.precision()
                : base.precision() + " and " + tuned.precision();
    }

    @Override
    public List<String> sites() {
        return Stream.concat(
                        base.sites().stream().map(site -> "base." + site),
                        tuned.sites().stream().map(site -> "tuned." + site))
                .toList();
    }

    @Override
    public List<Integer> widths() {
        return Stream.concat(base.widths().stream(), tuned.widths().stream()).toList();
    }

    @Override
    public String hash() {
        return new Sha256().add(base.hash()).add(tuned.hash()).hex();
    }

    @Override
    public Device device() {
        return base.device();
    }

    @Override
    public NDArray read(TokenBatch batch) {
        return NDArrays.concat(new NDList(base.read(batch), tuned.read(batch)), 1);
    }
}
