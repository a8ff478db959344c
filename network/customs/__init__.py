"""Customs: which regimes a shipment may use, and what it costs on arrival; pure functions of dated rows."""

from network.customs.breakeven import Band as Band
from network.customs.breakeven import Ways as Ways
from network.customs.breakeven import bands as bands
from network.customs.breakeven import cost_of_order as cost_of_order
from network.customs.breakeven import mix_break_even as mix_break_even
from network.customs.check import QuestionFault as QuestionFault
from network.customs.check import check_landed as check_landed
from network.customs.check import check_regimes as check_regimes
from network.customs.check import known_code as known_code
from network.customs.entries import Kind as Kind
from network.customs.landed import LandedCost as LandedCost
from network.customs.landed import landed_cost as landed_cost
from network.customs.mixing import companions as companions
from network.customs.mixing import may_share as may_share
from network.customs.on_way import Border as Border
from network.customs.question import COSTS as COSTS
from network.customs.question import GoodsLine as GoodsLine
from network.customs.question import LandedQuestion as LandedQuestion
from network.customs.question import RegimeQuestion as RegimeQuestion
from network.customs.regimes import RegimeAnswer as RegimeAnswer
from network.customs.regimes import RegimeOption as RegimeOption
from network.customs.regimes import regimes as regimes
from network.customs.rules_of_date import RulesByDate as RulesByDate
from network.customs.rules_of_date import RulesOfDate as RulesOfDate
from network.customs.sums import LandedSums as LandedSums
from network.customs.sums import landed_sums as landed_sums
