/// The names of the 80 classes of COCO (Lin et al. 2014), in the order that networks trained on them have.
public enum COCOClasses {
    public static let names: [String] = """
        person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign, \
        parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella, \
        handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard, \
        surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, \
        broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, \
        laptop, mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, \
        scissors, teddy bear, hair drier, toothbrush
        """.split(separator: ", ").map(String.init)

    /// For weights that carry no names: these, where the number fits, else numbers.
    static func standard(_ count: Int) -> [String] {
        count == names.count ? names : (0..<count).map { "class \($0)" }
    }
}
