package dev.assay.cli;

import dev.assay.view.Picture;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Where a picture goes, and how fine it is. */
final class PictureOptions {
    @Option(names = "--out", paramLabel = "FILE", description = "the PNG file (default: beside what is drawn)")
    private Path out;

    @Option(
            names = "--resolution",
            paramLabel = "N",
            defaultValue = "" + Picture.RESOLUTION,
            description = "pixels to a point, 96 points to the inch (default ${DEFAULT-VALUE})")
    private int resolution;

    /** Writes a picture and says where. */
    void write(Picture picture, Path usual, CommandSpec spec) throws IOException {
        Path file = out == null ? usual : out;
        picture.resolution(resolution).writePng(file);
        PrintWriter print = spec.commandLine().getOut();
        print.println("picture: " + file);
        print.flush();
    }
}
