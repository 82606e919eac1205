package dev.assay.activation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.assay.InvalidInputException;
import dev.assay.activation.exported.ExportedModel;
import dev.assay.io.Sha256;
import dev.assay.text.TokenBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Activations of an exported model. Contexts have no padding, so the model runs without a mask. */
record ExportedSites(ExportedModel exported, List<String> sites) implements SiteReader {
    ExportedSites {
        if (sites.isEmpty()) {
            throw new InvalidInputException(
                    "the list of sites is empty, expected at least one of " + String.join(", ", exported.names()));
        }
        sites = List.copyOf(sites);
        sites.forEach(exported::width); // reports the known sites when one is missing
    }

    @Override
    public String model() {
        return exported.name();
    }

    @Override
    public String precision() {
        return "as exported";
    }

    @Override
    public List<Integer> widths() {
        return sites.stream().map(exported::width).toList();
    }

    @Override
    public String hash() {
        Path file = Path.of(exported.name());
        Path weights = Path.of(exported.name() + ".data"); // the file of weights outside an ONNX graph
        try {
            return Files.exists(weights)
                    ? new Sha256().add(Sha256.of(file)).add(Sha256.of(weights)).hex()
                    : Sha256.of(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public Device device() {
        return exported.device();
    }

    @Override
    public NDArray read(TokenBatch batch) {
        Map<String, NDArray> activations = exported.run(sites, batch.toArray(exported.manager()), null);
        return SiteReader.join(sites.stream().map(activations::get).toList());
    }
}
