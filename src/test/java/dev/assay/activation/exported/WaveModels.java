package dev.assay.activation.exported;

import dev.assay.activation.OnnxFile;
import dev.assay.tensor.ScriptFiles;
import java.io.IOException;
import java.nio.file.Path;

/** Exported models that anyone can compute: at column j of token t, one activation is sin((j+1)·t/100) and one its cosine. */
public final class WaveModels {
    /** The name of the sine. */
    public static final String SINE = "blocks.0.hook_resid_post";
    /** The name of the cosine, which is no hook point. */
    public static final String COSINE = "my output";
    /** The columns of both. */
    public static final int WIDTH = 8;

    private WaveModels() {}

    /** What a row of the sine is. */
    public static float sine(long token, int column) {
        return (float) Math.sin((column + 1) * token / 100.0);
    }

    /** What a row of the cosine is. */
    public static float cosine(long token, int column) {
        return (float) Math.cos((column + 1) * token / 100.0);
    }

    /** Loads both as TorchScript, which computes them. */
    public static ExportedModel torchScript(Path folder) throws IOException {
        return TorchScriptModel.load(ScriptFiles.write(folder.resolve("waves.pt"), """
                def forward(self, tokens: Tensor) -> Dict[str, Tensor]:
                  columns = torch.arange(1., 9., 1., dtype=7, layout=None, device=None, pin_memory=None)
                  angle = torch.div(torch.mul(torch.unsqueeze(tokens, -1), columns), 100.)
                  return {"my output": torch.cos(angle), "blocks.0.hook_resid_post": torch.sin(angle)}
                """));
    }

    /** Loads both as ONNX, which looks them up. */
    public static ExportedModel onnx(Path folder, int vocabulary) throws IOException {
        float[] sines = new float[vocabulary * WIDTH];
        float[] cosines = new float[vocabulary * WIDTH];
        for (int i = 0; i < sines.length; i++) {
            sines[i] = sine(i / WIDTH, i % WIDTH);
            cosines[i] = cosine(i / WIDTH, i % WIDTH);
        }
        return OnnxModel.load(new OnnxFile()
                .weights("sines", sines, vocabulary, WIDTH)
                .weights("cosines", cosines, vocabulary, WIDTH)
                .input("input_ids", OnnxFile.INT64, "batch", "position")
                .node("Gather", COSINE, "cosines", "input_ids")
                .output(COSINE, OnnxFile.FLOAT, "batch", "position", "8")
                .node("Gather", SINE, "sines", "input_ids")
                .output(SINE, OnnxFile.FLOAT, "batch", "position", "8")
                .write(folder.resolve("waves.onnx")));
    }
}
