package dev.assay.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentationLinksTest {
    @Test
    void everyRelativeLinkLeadsToAFileAndAnAnchorThatExist() throws IOException {
        List<String> broken = new ArrayList<>();
        int checked = 0;
        for (MarkdownFile page : MarkdownFile.all()) {
            for (MarkdownFile.Link link : page.links()) {
                String target = link.target();
                if (target.contains("://")) {
                    continue;
                }
                checked++;
                int hash = target.indexOf('#');
                String file = hash < 0 ? target : target.substring(0, hash);
                Path folder = page.path().toAbsolutePath().getParent();
                Path path = file.isEmpty() ? page.path() : folder.resolve(file).normalize();
                if (!Files.exists(path)) {
                    broken.add(page.path() + ":" + link.line() + ": no file " + target);
                } else if (hash >= 0 && !MarkdownFile.read(path).anchors().contains(target.substring(hash + 1))) {
                    broken.add(page.path() + ":" + link.line() + ": no heading " + target);
                }
            }
        }
        assertEquals(List.of(), broken);
        assertTrue(checked > 90, "links: " + checked);
    }

    @Test
    void readmeLinksToEveryPage() throws IOException {
        List<String> targets = MarkdownFile.read(Path.of("README.md")).links().stream()
                .map(MarkdownFile.Link::target)
                .toList();
        List<String> missing = MarkdownFile.all().stream()
                .map(page -> page.path().toString())
                .filter(path -> !path.equals("README.md") && !targets.contains(path))
                .toList();
        assertEquals(List.of(), missing);
    }
}
