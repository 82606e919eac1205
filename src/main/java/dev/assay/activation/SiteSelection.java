package dev.assay.activation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import dev.assay.tensor.Aten;
import java.util.List;

/** Selects the columns of some sites. */
public final class SiteSelection {
    private SiteSelection() {}

    /**
     * Copies the columns of some sites.
     *
     * @param source the source of the rows
     * @param rows [n, width of the source]
     * @param sites sites of the source, in the order of the result
     * @return [n, width of the sites], a contiguous copy
     */
    public static NDArray copy(ActivationSource source, NDArray rows, List<String> sites) {
        if (sites.equals(source.sites())) {
            return rows.duplicate();
        }
        NDList parts = new NDList();
        for (String site : sites) {
            int index = source.sites().indexOf(site);
            int first = source.widths().stream()
                    .limit(index)
                    .mapToInt(Integer::intValue)
                    .sum();
            int last = first + source.widths().get(index);
            parts.add(rows.get(new NDIndex(":, {}:{}", first, last)));
        }
        return parts.size() == 1 ? Aten.contiguous(parts.get(0)) : NDArrays.concat(parts, 1);
    }
}
