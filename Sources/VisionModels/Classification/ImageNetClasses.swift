/// The thousand classes of ImageNet (Russakovsky et al. 2015, ILSVRC 2012), which many networks tell apart without carrying
/// their names along. A name is the first of the class's synset in WordNet 3.0; one occurs twice ("crane", the bird and the
/// machine).
public enum ImageNetClasses {
    public static let count = 1_000

    /// In the order of their numbers.
    public static let names = list.split(separator: "\n").map(String.init)
}
