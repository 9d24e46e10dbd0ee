"""Texts that ask every rule of Whisper's English normalizer: numbers, money, dates, contractions, titles, spellings."""

import re

UNITS = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen""".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
MULTIPLIERS = """hundred thousand million billion trillion quadrillion quintillion sextillion septillion octillion
nonillion decillion""".split()
ORDINALS = """zeroth first second third fourth fifth sixth seventh eighth ninth nineth tenth eleventh twelfth thirteenth
fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth
seventieth eightieth ninetieth hundredth thousandth millionth billionth""".split()
PLURALS = """ones twos threes fives sixes sevens tens twelves twenties thirties sixties nineties hundreds thousands
millions billions""".split()
OTHERS = """o oh zero minus negative plus positive pound pounds euro euros dollar dollars cent cents per percent and
double triple point half a""".split()
DIGITS = """0 1 2 7 10 12 20 99 100 101 1000 1960 2026 007 0.5 3.14 5.0 12.50 $5 $3.50 £20 €1 ¢7 -3 +4 1st 2nd 3rd 4th
1960s 90s 1s 50% .5 5. 1.2.3""".split()

# What random sequences are drawn from: the common words more often.
NUMBER_WORDS = (
    UNITS * 2 + TENS * 2 + MULTIPLIERS[:4] * 3 + MULTIPLIERS[4:] + ORDINALS + PLURALS + OTHERS * 2 + DIGITS
    + "the of apples colour ninth".split())

SENTENCES = r"""
One of the ones I know is number one.
He was born in nineteen sixty-four and died in twenty twenty one.
the nineteen sixties, the nineties and the roaring twenties
In the 1960s; in the 1960 s; in 60 s music
two thousand and eight
two thousand eight hundred and thirty-six
one hundred and one dalmatians
a hundred and twenty
three hundred sixty five thousand four hundred twelve
twelve hundred
nineteen hundred
nineteen oh five
double oh seven
triple nine
double double seven
double twelve, triple thirty, double of it
call five five five, one two three, four five six seven
five five five one twelve
one oh one
one hundred oh one
twenty oh three
twenty twenty
twenty ten
ten twenty
ten ten
ten one
one ten
twenty twenty one
twenty one twenty two
seventy six trombones
thirty-third, twenty-first, forty-second
one hundred first, two hundred and third
the twenty second of may
May the fifth, two thousand five
the ninth and the nineth
the eighth, the twelfth, the zeroth
one hundredth, two thousandths, three millionths
hundreds of thousands of millions
two hundreds, five thousands
a million and a half
one and a half, two and a half percent
two million and a half dollars
apples and a half
and a half
three and a half and a half
and a half three and a half
point five
zero point five
oh point oh five
one point two five
one hundred point five
three point one four one five nine
three point fourteen
3 point 14
3 point one 4
one point two million
one point two three four thousand
1.5 million
0.25 billion dollars
one point five five hundredths
point
the point is five
point of no return
point million
point twenty
one two point three point four
one nine two point one six eight point zero point one
192.168.0.1
version 2.0.1 beta
1.2.3.4
minus five
negative twenty-one degrees
plus or minus three
positive
positive feedback
minus the tax
minus and five
minus minus five
minus 5
- 5
+5
-5 and +5
plus one
five dollars
five dollars and ten cents
five dollars ten cents
twenty dollars and seven cents
$20 million
$2 and ¢7
$2 ¢7
$2 ¢77
$2 and ¢777
$0.07
$0.50
$0.5
$0.123
£0.99 and €0.05
fifty cents
one cent
seven pounds, eight euros
$1,234,567.89
$ 5
$five
five $
$5 dollars
5$
20$ 30
€
£x
a $ b % c ¢
fifty percent
fifty per cent
50 per cent
fifty per capita
per cent
percent
per
50 %
50%
%50
5%%
100.0%
50.5 percent
one hundred percent
two percent and a half
zero percent
zero
zeroes zeros zero
oh
oh no
o
oh oh oh
zero zero seven
0
00
007
0 million
zero million
zero hundred
zero thousandths
0.0
0.00 million
one million million
one thousand million
million
millions
hundred
hundred hundred
thousand thousand one
one decillion one decillion
nine hundred ninety nine decillion nine hundred ninety nine nonillion
one hundred twenty three million four hundred fifty six thousand seven hundred eighty nine
one hundred twenty three trillion and four
12345678901234567890123456789012345678901234567890 million
99999999999999999999999999999999999 hundred
99999 thousand one
999 thousand 999
5 hundred
5 hundred and 6
5 thousand 6 hundred
twenty 5
20 five
20 1
20 and 5
100 and 5
one hundred and five and six
one hundred and and six
and
and five
five and
hundred and
hundred and a dog
1 one 1
one 1
1s and ones
1
11
1.
1st 2nd 3rd 4th 5th 21st 32nd 274th
1 st 2 nd 3 rd 4 th 5 s
10 stones, 3 th
4x4 a4 4a mp3 3d h2o 1a2b3c
r2d2 and c3po
route66
covid19 in 2019
2pm 3:45pm 10:30 a.m.
at 5 o'clock
at nine fifteen
seven thirty a m
12/25/2020
2020-12-25
25.12.2020
december 25th, 2020
1,000
1,000,000
1,2,3
1,2,3,4,5
1, 2, 3
10,5 %
1.000,50
3.5.
3.
.5
..5
5..
...
a.b.c.
U.S.A. and U.K.
e.g. this, i.e. that
Mr. Smith, Mrs. Jones and Dr. Brown
mr.smith mrs.jones
Mr's and Mrs's
St. Paul's on Main St.
Prof. X, Capt. Y, Gov. Z, Ald. A, Gen. B, Sen. C, Rep. D, Pres. E, Rev. F, Hon. G
Asst. Mgr. Assoc. Prof. Lt. Col. Jr. Sr. Esq.
john smith jr., esq.
sr
general motors, gen z, rep by pop
I won't, you can't, let's not; ain't it so, y'all?
I'ma go, imma stay, ma'am
i'ma'am
wanna gotta gonna woulda coulda shoulda
wannabe
he'd been, she's been, he'd gone, it's gone, he'd done, she's got
he's done
he'd beend
don't doesn't didn't shan't mustn't needn't
they're we're you're
it's that's john's
I'd he'd we'd
I'll we'll that'll
't was 't is
'tis 'twas
I've we've could've
I'm
I 'm and he 's and they 're
don 't
rock 'n' roll
the boys' books
o'clock o'brien
y'all'd've
can't've
shouldn't've been
won't't
'd been't
n't
'
''
' '
don’t use curly ‘quotes’ “here”
um, uh, hmm, mm, mhm, mmm
ummm hmmm uhh
um'm uh-huh mm-hmm
I, uh, don't, um, know
um
[noise] hello <unk> (laughter) world
(five) six
[one] two
(unclosed [bracket
one (two three
)( ][ ><
((x)) (((
colour honour favourite centre theatre organise organised organising
travelled cancelled modelling jewellery
grey aeroplane tyre kerb plough programme
archaeology
analyse analysed paralyse
aluminium
metre litre kilometre
Colours COLOUR
cheque defence licence
state-of-the-art
twenty-one-gun salute
one-two-three
mother-in-law
well-known
and/or
a_b_c
one_two
snake_case_five
#5 @home & co
5+5=10
5*3 5^2 5~6
5 × 3 ÷ 2
½ cup, ¼ of it, ⅔
1½ hours
x² + y³
№ 5
™ ® ©
café naïve résumé über straße
œuvre encyclopædia Ærø Øresund łódź Đorđe Þór ðe ẞ
ﬁne ﬂow Ⅳ ２０２４ ｆｕｌｌ
e\u0301te\u0301 E\u0301
١٢٣ ٣.٥ million
٣,٥ ٣
३ thousand
１，０００
日本語 の テスト
Привет мир
مرحبا بالعالم
नमस्ते
안녕하세요
👍🏽 thumbs 5
İstanbul ΌΔΟΙ
zero\u200bwidth soft\u00adhyphen
tabs\tand\u00a0five\u3000spaces\u2009here
unit\u001fseparator five\u001csix
five\nsix\r\nseven
  leading and trailing 
A  B   C
I have $3.50 and 2 pounds
It cost twenty five dollars and fifty cents in nineteen ninety nine.
It is three o'clock on the twenty-first of january two thousand one.
The population was one million two hundred and thirty-four thousand five hundred and sixty-seven.
He ran a hundred metres in nine point five eight seconds.
She scored one hundred eighty out of two hundred
Chapter one hundred and one, verse twenty
one two three four five six seven eight nine ten
one, two, buckle my shoe; three, four, shut the door
hundred one thousand two
two hundred two thousand two
two hundred thousand two hundred
two thousand twenty two hundred
six hundred sixty-six
sixes and sevens
at sixes and sevens, nines and tens
first second third fourth
first five, second six
five first
ten first
twenty first first
thirty eighties
nineteen eighties
the eighties
eighties
four twenties
hundred twenties
five hundred twenties
twelve thousandths
point five hundredths
two point five thousandths
two point five five five five thousand
one point
one point one point
one point point one
one. two. three.
five. six
5. six
twenty. one
dollars
dollar bills
a dollar
ten dollar bill
ten-dollar bill
ten pounds sterling
minus ten dollars
minus ten dollars fifty
plus 5 percent
negative $5
$-5
-$5
+$5.00
$5.00
$5.10
$5.5
£5 million
$ million
$1 trillion
a $1 bill
$1
1 dollar
one dollar
one dollar and one cent
one pound one
two pounds twenty
euros five
double dollars
double o seven
triple zero
triple o one
double one hundred
five double five
hundred double five
double five hundred
double 5
double first
and double
and one and two and three
two and two is four
five hundred and five thousand
five hundred and thousand
hundred and hundred
per five
five per
five per five
five per cents
percent five
per cent five
five percent six percent
five point percent
minus point five
minus zero point five
minus oh
minus apples
negative positive
positive negative five
negative dollars
it was -5 degrees
call 1-800-555-1234
call one eight hundred five five five one two three four
dial nine one one
9 11
nine eleven
room 101
room one o one
room one hundred o one
b two b
two by four
four by four
one by one
one another
no one
someone
anyone one
once twice thrice
half past five
quarter to six
a half
one half
two halves
one third
two thirds
three quarters
four fifths
one twentieth
one hundred and a half
one thousand and a half dollars
five and a half million
five  and  a  half
five and a halfpenny
sand a half
2 and a half
2.5 and a half
k and a half
"""


def unescaped(line):
    """`line` with what stands for single characters (\\t, \\u00a0) replaced by them."""
    return re.sub(r"\\u([0-9a-f]{4})|\\([tnr])", lambda m: chr(int(m[1], 16)) if m[1] else ESCAPES[m[2]], line)


ESCAPES = {"t": "\t", "n": "\n", "r": "\r"}
ENGLISH_TEXTS = [unescaped(line) for line in SENTENCES.strip("\n").split("\n")]
