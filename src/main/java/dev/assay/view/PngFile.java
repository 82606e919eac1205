package dev.assay.view;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes PNG files that state the size of their pixels (the chunk pHYs of the PNG specification). */
final class PngFile {
    private static final String FORMAT = "javax_imageio_png_1.0";
    private static final double POINTS_IN_A_METRE = 96 / 0.0254;

    private PngFile() {}

    /** Writes an image of {@code pixels} per point, 96 points per inch. */
    static void write(BufferedImage image, int pixels, OutputStream out) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(stream);
            IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), null);
            String density = "" + Math.round(pixels * POINTS_IN_A_METRE);
            IIOMetadataNode size = new IIOMetadataNode("pHYs");
            size.setAttribute("pixelsPerUnitXAxis", density);
            size.setAttribute("pixelsPerUnitYAxis", density);
            size.setAttribute("unitSpecifier", "meter");
            IIOMetadataNode root = new IIOMetadataNode(FORMAT);
            root.appendChild(size);
            metadata.mergeTree(FORMAT, root);
            writer.write(new IIOImage(image, null, metadata));
        } finally {
            writer.dispose();
        }
    }
}
